public import ClusterScan

extension ClusterScanner {
    /// What is known of a command that is to be run for many keys.
    public struct CommandReview: Sendable, Hashable {
        /// The name as the server has it, with the subcommand if there is one: `memory|usage`.
        public let name: String
        /// Whether the command only reads, by the server's word.
        public let isReadOnly: Bool
    }

    /// Asks a server whether a command can be run for every key: whether it exists, touches exactly one key,
    /// that in the place of the placeholder, and neither blocks nor is for administrators.
    ///
    /// - Parameter template: The command.
    /// - Returns: What the server says about it (`COMMAND INFO`, `COMMAND GETKEYS`).
    /// - Throws: `ClusterScanError`, with the code `ClusterScanError.Code.invalidQuery` if the command
    ///   cannot be run for every key.
    public func review(_ template: CommandTemplate) async throws -> CommandReview {
        var failure: ClusterScanError?
        // Each will do; one may be down.
        for shard in try await topology().shards.prefix(3) {
            do {
                let facts = try await facts(of: template, at: shard.primary.address)
                let sample = template.filled(with: Self.sampleKey)[template.keyIndex]
                if let objection = facts.objection(key: sample) {
                    throw ClusterScanError(.invalidQuery, objection)
                }
                return CommandReview(name: facts.name, isReadOnly: facts.isReadOnly)
            } catch let error as ClusterScanError where error.code == .unreachable {
                failure = error
            }
        }
        throw failure ?? ClusterScanError(.unreachable, "there is no server to ask")
    }

    /// Runs a command for every key that an iteration finds.
    ///
    /// Replies arrive chunk by chunk, from two tasks at the same time. ``review(_:)`` tells whether the
    /// command is fit for it; what writes and is not repeatable may, where connections are lost, end with an
    /// unknown outcome, and keys that an iteration finds twice get it twice.
    ///
    /// ```swift
    /// let template = try CommandTemplate(["MEMORY", "USAGE", "{}"].map { Array($0.utf8) })
    /// let report = await scanner.execute(
    ///     template,
    ///     isRepeatable: true,
    ///     match: "user:*",
    ///     type: nil
    /// ) { replies in
    ///     for (key, reply) in replies { … }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - template: The command.
    ///   - isRepeatable: Whether it may be run twice.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - cursor: Where to begin.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    ///   - onReplies: Gets each key that was found, and what became of the command. A chunk counts as done
    ///     when this returns; what it throws ends the work.
    /// - Returns: What was done and how it ended.
    public func execute(
        _ template: CommandTemplate,
        isRepeatable: Bool,
        match pattern: GlobPattern?,
        type: KeyType?,
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in },
        onReplies: @escaping @Sendable ([(key: KeyBatch.Key, reply: KeyReply)]) async throws -> Void
    ) async -> WorkReport {
        await work(
            from: cursor,
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress
        ) { chunk in
            let commands = chunk.keys.map { key in
                key.withUnsafeBytes { template.command(for: $0, isRepeatable: isRepeatable) }
            }
            let replies = try await self.send(commands, options: options.commands)
            var tally = WorkTally()
            for (key, reply) in zip(chunk.keys, replies) {
                tally.add(WorkOutcome(reply) { _ in .done }, for: key)
            }
            try await onReplies(zip(chunk.keys, replies).map { (key: $0, reply: $1) })
            return tally
        }
    }

    /// Stands in for a key where the server tells keys from other arguments.
    private static let sampleKey = Array("cluster-scan:sample".utf8)

    private func facts(of template: CommandTemplate, at address: NodeAddress) async throws -> CommandFacts {
        let name = template.arguments[0]
        let shown = PrintableBytes.text(name)
        let sample = template.filled(with: Self.sampleKey)
        let info = try await send(.text("COMMAND", "INFO") + [name], to: address)
        var keys: [[UInt8]] = []
        guard let entry = info.array?.first, entry != .null else {
            throw ClusterScanError(.invalidQuery, "the server has no command \(shown)", at: address)
        }
        do {
            let reply = try await send(.text("COMMAND", "GETKEYS") + sample, to: address)
            keys = (reply.array ?? []).compactMap(\.bytes)
        } catch let error as ClusterScanError {
            // It touches no key, or the arguments are too few or too many: the server's words tell which.
            guard let reply = error.serverError, reply.code == "ERR" else { throw error }
            guard reply.message.lowercased().contains("no key arguments") else {
                throw ClusterScanError(.invalidQuery, "\(shown): \(reply.message)", at: address)
            }
        }
        let subcommand = template.keyIndex > 1 ? template.arguments[1] : nil
        guard let facts = CommandFacts(entry, subcommand: subcommand, keys: keys) else {
            throw ClusterScanError(
                .invalidQuery,
                "the server has no such subcommand of \(shown)",
                at: address
            )
        }
        return facts
    }
}
