extension ScanFailure {
    /// Tells failures that time heals from those that another look at the topology heals and those that
    /// nothing heals.
    package init(_ error: ConnectionError) {
        switch error.kind {
        case .dnsFailure, .refused, .unreachable, .connectTimeout, .timeout, .closed, .other:
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

    /// Classifies an error reply by its first word. Source: `shared` objects in the server's `server.c`.
    package init(_ reply: ServerError, at address: NodeAddress) {
        self.init(reply, at: address, otherwise: .invalidQuery, message: reply.message)
    }

    package init(_ error: ReplyError, at address: NodeAddress) {
        switch error {
        case .server(let reply): self.init(reply, at: address)
        case .unexpected: self.init(.giveUp, .protocolViolation, error.description, at: address)
        }
    }

    package init(_ error: TopologyError, at address: NodeAddress) {
        self.init(.giveUp, .protocolViolation, error.description, at: address)
    }

    private init(
        _ reply: ServerError,
        at address: NodeAddress,
        otherwise code: ClusterScanError.Code,
        message: String
    ) {
        switch reply.code {
        case "LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN":
            // The dataset is being loaded, a script runs, a slot is half moved, a replica lost its primary.
            self.init(.wait, .unreachable, reply.message, at: address)
        case "CLUSTERDOWN", "MOVED", "ASK", "READONLY":
            self.init(.rediscover, .unreachable, reply.message, at: address)
        case "NOAUTH", "WRONGPASS":
            self.init(.giveUp, .authenticationFailed, message, at: address)
        case "NOPERM":
            self.init(.giveUp, .permissionDenied, message, at: address)
        default:
            self.init(.giveUp, code, message, at: address)
        }
    }
}
