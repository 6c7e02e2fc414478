/// What is said first on a connection, in one pipeline, and what the answers mean.
struct Handshake {
    private enum Step { case authenticate, select, introduce, leaveNoTrace, identify }

    private let steps: [Step]
    private let address: NodeAddress
    private let configuration: ConnectionConfiguration
    private let credentials: Credentials?
    private let asksIdentity: Bool
    let commands: [Command]

    /// - Parameters:
    ///   - address: The server.
    ///   - configuration: Database and name.
    ///   - credentials: What to authenticate with; `nil` for nothing.
    ///   - asksIdentity: Whether the server is asked which node it is.
    init(
        address: NodeAddress,
        configuration: ConnectionConfiguration,
        credentials: Credentials?,
        asksIdentity: Bool
    ) {
        var steps: [Step] = []
        var commands: [Command] = []
        if let credentials {
            steps.append(.authenticate)
            let words = [credentials.username, credentials.password].compactMap(\.self)
            commands.append(Command((["AUTH"] + words).map { Array($0.utf8) }))
        }
        if configuration.database != 0 {
            steps.append(.select)
            commands.append(Command("SELECT", String(configuration.database)))
        }
        // Something is always asked, so that a server that wants a password says so now.
        steps.append(.introduce)
        if let name = configuration.clientName {
            commands.append(Command("CLIENT", "SETNAME", name))
        } else {
            commands.append(Command("PING"))
        }
        if !configuration.countsAsUse {
            steps.append(.leaveNoTrace)
            commands.append(Command("CLIENT", "NO-TOUCH", "ON"))
        }
        if asksIdentity {
            steps.append(.identify)
            commands.append(Command("CLUSTER", "MYID"))
        }
        self.steps = steps
        self.commands = commands
        self.address = address
        self.configuration = configuration
        self.credentials = credentials
        self.asksIdentity = asksIdentity
    }

    /// What to say instead to a server that knows no users: the password alone.
    ///
    /// Servers before 6.0 and many proxies have one password and no users, while URLs of providers name one.
    /// `default` is then the same user; a server that has users says `WRONGPASS`.
    ///
    /// - Parameter replies: The replies to ``commands``.
    /// - Returns: `nil` if that would not help.
    func withoutUser(after replies: [FlatReply]) -> Handshake? {
        guard let credentials, let username = credentials.username, let error = replies.first?.error,
            !turnsAway(error), error.code != "WRONGPASS",
            username == "default" || error.message.contains("wrong number of arguments")
        else { return nil }
        return Handshake(
            address: address,
            configuration: configuration,
            credentials: Credentials(password: credentials.password),
            asksIdentity: asksIdentity
        )
    }

    /// Why the connection cannot be used, if so.
    ///
    /// - Parameter replies: The replies to ``commands``.
    /// - Returns: The reason, or `nil` if all is well.
    func failure(_ replies: [FlatReply]) -> ConnectionError? {
        for (step, reply) in zip(steps, replies) {
            guard let error = reply.error else { continue }
            switch step {
            case _ where turnsAway(error):
                return ConnectionError(.server(error), address: address, message: error.message)
            case _ where error.code == "NOAUTH":
                return refusal(error, "the server wants a password")
            case .authenticate:
                let user = credentials?.username.map { " of the user '\($0)'" } ?? ""
                return refusal(withoutSecrets(error), "the server refused the password" + user)
            case .select:
                let message = "the server refused to select the database: \(error.message)"
                return ConnectionError(.server(error), address: address, message: message)
            case .introduce, .leaveNoTrace, .identify:
                // Not permitted, or not known: the connection does its work without.
                continue
            }
        }
        return nil
    }

    /// Which node the server says it is.
    ///
    /// - Parameter replies: The replies to ``commands``.
    /// - Returns: ``NodeIdentity/unknown`` if it was not asked, or does not say.
    func identity(_ replies: [FlatReply]) -> NodeIdentity {
        guard steps.last == .identify, let reply = replies.last else { return .unknown }
        if let error = reply.error {
            return error.message.contains("cluster support disabled") ? .standalone : .unknown
        }
        return reply.value.string.flatMap(NodeID.init).map(NodeIdentity.node) ?? .unknown
    }

    private func refusal(_ error: ServerError, _ what: String) -> ConnectionError {
        ConnectionError(.notAuthenticated(error), address: address, message: "\(what): \(error.message)")
    }

    /// Whether the server wants nobody at all, rather than not us or not this command: protected mode, too
    /// many clients. It says so in place of the reply to the first command.
    private func turnsAway(_ error: ServerError) -> Bool {
        ["DENIED", "LOADING", "MASTERDOWN", "BUSY"].contains(error.code)
            || error.message.contains("max number of clients")
    }

    /// A server that does not know `AUTH`, or not with these arguments, may repeat the arguments in its
    /// error.
    private func withoutSecrets(_ error: ServerError) -> ServerError {
        var message = error.message[...]
        if let arguments = message.firstRange(of: ", with args") {
            message = message[..<arguments.lowerBound]
        }
        if let password = credentials?.password, !password.isEmpty {
            message = message.replacing(password, with: "…")[...]
        }
        return ServerError(message: String(message))
    }
}
