extension ScanFailure {
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

    package init(
        _ reply: ServerError,
        at address: NodeAddress,
        otherwise code: ClusterScanError.Code,
        message: String
    ) {
        switch reply.code {
        case _ where reply.message.contains("max number of clients"):
            // Others leave; the server has closed the connection, and the next attempt makes a new one.
            self.init(.wait, .unreachable, reply.message, at: address)
        case "LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN":
            // The dataset is being loaded, a script runs, a slot is half moved, a replica lost its primary.
            self.init(.wait, .unreachable, reply.message, at: address)
        case "CLUSTERDOWN", "MOVED", "ASK":
            self.init(.rediscover, .unreachable, reply.message, at: address)
        case "READONLY":
            self.init(.rediscover, .writesRefused, reply.message, at: address)
        case _ where reply.refusesWrites:
            self.init(.wait, .writesRefused, reply.message, at: address)
        case "NOAUTH", "WRONGPASS":
            self.init(.giveUp, .authenticationFailed, message, at: address)
        case "NOPERM", "DENIED":
            self.init(.giveUp, .permissionDenied, message, at: address)
        case _ where reply.isUnknownCommand:
            self.init(.giveUp, .permissionDenied, message, at: address)
        default:
            self.init(.giveUp, code, message, at: address)
        }
        self.reply = reply
    }

    /// A command was refused without which nothing can be read from the server.
    ///
    /// - Parameters:
    ///   - reply: What the server said.
    ///   - command: The command.
    ///   - purpose: What it is for, as in "which tells …".
    ///   - address: The server.
    package init(_ reply: ServerError, of command: String, which purpose: String, at address: NodeAddress) {
        self.init(reply, at: address, otherwise: .permissionDenied, message: reply.message)
        guard remedy == .giveUp, code == .permissionDenied else { return }
        message = "the server refuses \(command), which \(purpose): \(reply.message)"
    }
}
