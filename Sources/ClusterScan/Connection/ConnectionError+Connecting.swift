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
            default: break
            }
        default: break
        }
    }
}
