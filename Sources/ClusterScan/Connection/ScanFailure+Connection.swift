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
        case .noCredentials:
            self.init(.giveUp, .authenticationFailed, error.message, at: error.address)
        case .notAuthenticated(let reply):
            // A server that is loading its data cannot authenticate anyone yet.
            self.init(reply, at: error.address, otherwise: .authenticationFailed, message: error.message)
        case .server(let reply):
            self.init(reply, at: error.address, otherwise: .invalidQuery, message: error.message)
        }
        if error.mayPass { remedy = .rediscover }
        target = error.target
        switch error.kind {
        case .dnsFailure, .refused, .unreachable, .connectTimeout: isUnconnected = true
        default: break
        }
    }
}

extension ScanFailure {
    /// Takes the errors that the library throws for what they are: Swift forgets their types where one `do`
    /// meets several.
    init(recasting error: any Error, at address: NodeAddress) {
        switch error {
        case let error as ScanFailure: self = error
        case let error as ConnectionError: self.init(error)
        case let error as TopologyError: self.init(error, at: address)
        default: self.init(.giveUp, .protocolViolation, "\(error)", at: address)
        }
    }
}
