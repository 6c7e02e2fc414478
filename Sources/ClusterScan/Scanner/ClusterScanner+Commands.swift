import Tracing

extension ClusterScanner {
    /// Sends commands, each on one key, to the nodes that serve the keys, and waits for all the replies.
    ///
    /// All nodes work at once, each on many commands in one write. Commands are sent again while their slots
    /// move, their nodes fail over, load or refuse work for a while; only those that need it are.
    ///
    /// The replies stand in the order of the commands. The commands run in no particular order, not even
    /// those on one key: what must come after another belongs into another call.
    ///
    /// ```swift
    /// for try await batch in scanner.batches() {
    ///     var commands: [KeyCommand] = []
    ///     batch.keys.forEachKey { commands.append(KeyCommand("TTL", key: $0, isRepeatable: true)) }
    ///     let replies = try await scanner.send(commands, preferring: batch.node)
    ///     for (key, reply) in zip(batch.keys, replies) { … }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - commands: The commands; all of them and their replies are held in memory.
    ///   - node: The node to ask first: ``ScanBatch/node`` of the batch that named the keys. Others are asked
    ///     where it does not serve the slot.
    ///   - options: Patience and bounds.
    /// - Returns: What became of each command, in their order.
    /// - Throws: ``ClusterScanError`` if the scanner is shut down, a password is refused, or no node tells
    ///   who serves which slots; `CancellationError`. Some commands may have run then.
    /// - Complexity: O(*n*) in the number of commands.
    public func send(
        _ commands: [KeyCommand],
        preferring node: ClusterNode? = nil,
        options: CommandOptions = CommandOptions()
    ) async throws -> [KeyReply] {
        guard let tracer = observation.tracer, !commands.isEmpty else {
            return try await self.commands.send(commands, preferring: node, options: options)
        }
        let span = tracer.startSpan("ClusterScan.commands", ofKind: .client)
        defer { span.end() }
        RunSpans.describe(commands, database: connection.database, in: span)
        do {
            return try await self.commands.send(commands, preferring: node, options: options)
        } catch {
            RunSpans.record(error, in: span)
            throw error
        }
    }
}
