/// Why a connection to a server could not be made, or did not give a reply.
package struct ConnectionError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The host name has no address.
        case dnsFailure
        /// Nobody listens on the port.
        case refused
        /// There is no route to the host.
        case unreachable
        /// The TCP connection was not made within `connectTimeout`.
        case connectTimeout
        /// No reply came within `commandTimeout`; the connection is closed.
        case timeout
        /// The connection was closed, by the server, the network, or us.
        case closed
        /// The server sent what is not RESP2, or a reply nobody asked for.
        case protocolViolation
        /// A reply is larger than `maximumReplyBytes`.
        case replyTooLarge
        /// The server's certificate is not trusted, has expired, or is that of another host.
        case untrustedServer
        /// The server wants a client certificate, or another one.
        case certificateRefused
        /// One side speaks TLS and the other does not, or they have no version in common.
        case noCommonProtocol
        /// The server is not a node of the cluster that is read.
        case otherServer
        /// The server wants other credentials than those configured.
        case notAuthenticated(ServerError)
        /// There are no credentials to authenticate with: their provider failed.
        case noCredentials
        /// The server answered with an error.
        case server(ServerError)
        /// The operating system refused in another way.
        case other
    }

    package var kind: Kind
    package var address: NodeAddress
    /// Where the server was really sought, if an address map says so.
    package var target: NodeAddress?
    /// What happened, in words, without the address; never holds a secret.
    package var message: String
    /// Whether credentials that were refused may be right after a while, or others may be there then.
    package var mayPass = false

    package init(_ kind: Kind, address: NodeAddress, target: NodeAddress? = nil, message: String) {
        self.kind = kind
        self.address = address
        self.target = target
        self.message = message
    }
}

extension ConnectionError {
    /// What requests are told that waited behind the one whose reply could not be read.
    var forBystanders: ConnectionError {
        switch kind {
        case .replyTooLarge, .protocolViolation:
            ConnectionError(
                .closed,
                address: address,
                target: target,
                message: "the connection was closed over an earlier reply: \(message)"
            )
        default: self
        }
    }
}

extension ConnectionError {
    /// Whether the server wants other credentials than there are.
    var isAboutCredentials: Bool {
        switch kind {
        case .notAuthenticated, .noCredentials: true
        default: false
        }
    }
}

extension ConnectionError: CustomStringConvertible {
    package var description: String { "\(address.described(as: target)): \(message)" }
}
