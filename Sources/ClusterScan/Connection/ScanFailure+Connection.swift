extension ScanFailure {
    /// Tells failures that time heals from those that another look at the topology heals and those that
    /// nothing heals.
    package init(_ error: ConnectionError) {
        switch error.kind {
        case .dnsFailure, .refused, .unreachable, .connectTimeout, .timeout, .closed, .otherServer, .other:
            self.init(.rediscover, .unreachable, error.message, at: error.address)
        case .protocolViolation, .replyTooLarge:
            self.init(.giveUp, .protocolViolation, error.message, at: error.address)
        case .untrustedServer, .noCommonProtocol:
            self.init(.giveUp, .tlsFailed, error.message, at: error.address)
        case .certificateRefused:
            self.init(.giveUp, .certificateRefused, error.message, at: error.address)
        case .notAuthenticated(let reply):
            // A server that is loading its data cannot authenticate anyone yet.
            self.init(reply, at: error.address, otherwise: .authenticationFailed, message: error.message)
        case .server(let reply):
            self.init(reply, at: error.address, otherwise: .invalidQuery, message: error.message)
        }
        target = error.target
        switch error.kind {
        case .dnsFailure, .refused, .unreachable, .connectTimeout: isUnconnected = true
        default: break
        }
    }
}
