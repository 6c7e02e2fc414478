import NIOCore
import NIOPosix

extension ConnectionError {
    /// Sorts what NIO says about a failed attempt to connect.
    init(connecting address: NodeAddress, _ configuration: ConnectionConfiguration, _ error: any Error) {
        self.init(.other, address: address, message: "cannot connect: \(error)")
        switch error {
        case let error as ConnectionError:
            self = error
        case let error as NIOConnectionError:
            // Several addresses may have been tried: a host that answered says more than one that did not.
            let failures = error.connectionErrors.map {
                ConnectionError(connecting: address, configuration, $0.error)
            }
            if let failure = failures.first(where: { $0.kind == .refused }) ?? failures.first {
                self = failure
            } else {
                kind = .dnsFailure
                message = "cannot find the address of this host"
            }
        case let error as HostResolver.UnknownHost:
            kind = .dnsFailure
            message = "cannot find the address of this host (\(error.reason))"
        case is HostResolver.NoAnswer:
            kind = .connectTimeout
            message = "no name server told the address of this host within \(configuration.connectTimeout)"
        case SocketAddressError.unixDomainSocketPathTooLong:
            message = "the path of the socket is longer than the system allows"
        case ChannelError.connectTimeout:
            kind = .connectTimeout
            message = "no connection within \(configuration.connectTimeout)"
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED:
                kind = .refused
                message = "connection refused"
            case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL:
                kind = .unreachable
                message = "the host cannot be reached"
            case ETIMEDOUT:
                kind = .connectTimeout
                message = "the host does not answer"
            case ENOENT:
                kind = .refused
                message = "there is no such socket"
            case EACCES where address.socketPath != nil:
                message = "this user may not connect to the socket: permission denied"
            case EAGAIN where address.socketPath != nil:
                // What TCP does not answer, a socket refuses: too many clients wait to be let in.
                kind = .refused
                message = "the server does not take connections in"
            default: break
            }
        default: break
        }
    }
}

extension ConnectionError {
    /// Whether another server behind the same name may do better: this one took the connection, and no more.
    var isAboutOneServer: Bool {
        switch kind {
        case .timeout, .closed: true
        // A certificate is that of one server, and so are limits.
        case .untrustedServer: true
        case .server(let reply):
            ["LOADING", "MASTERDOWN"].contains(reply.code) || reply.message.contains("max number of clients")
        default: false
        }
    }

    /// The same failure, of a server that is called by another address than it was sought at.
    func reaching(_ address: NodeAddress, at target: NodeAddress) -> ConnectionError {
        var failure = self
        failure.address = address
        failure.target = target == address ? nil : target
        return failure
    }
}
