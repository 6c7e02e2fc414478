public import ClusterScan

extension ClusterScanner {
    /// Finds keys and does something with all of them, many at a time.
    ///
    /// The keys of an iteration are gathered into chunks of some thousands, and `step` is called with each;
    /// two calls are under way at the same time. The report's cursor stands for exactly those keys whose work
    /// is done: work that was stopped or failed goes on from there. As a key may be found twice, the work on
    /// it must be such that doing it twice does no harm.
    ///
    /// Cancelling the task stops the iteration; calls of `step` that are under way are not cancelled but
    /// waited for, and the report is returned.
    ///
    /// ```swift
    /// let report = await scanner.work(match: "session:*") { chunk in
    ///     try await scanner.run(chunk) { key in
    ///         KeyCommand("PERSIST", key: key, isRepeatable: true)
    ///     } judge: { reply in
    ///         reply.integer == 1 ? .done : .unchanged
    ///     }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: `ScanCursor.start` or any cursor of the same query.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    ///   - step: Does the work on some keys, and counts what became of it. What it throws ends the work, and
    ///     so do keys that no node answers for, unless `ScanOptions.allowsUncoveredSlots`, and a command
    ///     that the user may not use.
    /// - Returns: What was done and how it ended.
    public func work(
        from cursor: ScanCursor = .start,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in },
        step: @escaping @Sendable (WorkChunk) async throws -> WorkTally
    ) async -> WorkReport {
        let begin = ContinuousClock.now
        var run = WorkRun(from: cursor, options: options, step: step)
        let batches = batches(from: cursor, match: pattern, type: type, options: options.scan)
        let ending = await run.run(batches, onProgress: onProgress)
        return WorkReport(
            tally: run.progress.tally,
            cursor: run.progress.cursor,
            ending: ending,
            scan: await batches.reportSoFar,
            elapsed: begin.duration(to: .now)
        )
    }

    /// Sends one command for each key of a chunk and counts the replies.
    ///
    /// - Parameters:
    ///   - chunk: The keys.
    ///   - options: Patience and bounds.
    ///   - command: Makes the command for a key from its bytes, which are valid only during the call.
    ///   - judge: Says what a server's reply that is no error means.
    /// - Returns: What became of the keys.
    /// - Throws: What `send(_:preferring:options:)` throws.
    public func run(
        _ chunk: WorkChunk,
        options: CommandOptions = CommandOptions(),
        command: (UnsafeRawBufferPointer) -> KeyCommand,
        judge: (RESPValue) -> WorkOutcome
    ) async throws -> WorkTally {
        let commands = chunk.keys.map { $0.withUnsafeBytes(command) }
        let replies = try await send(commands, options: options)
        var tally = WorkTally()
        for (key, reply) in zip(chunk.keys, replies) {
            tally.add(WorkOutcome(reply, judge), for: key)
        }
        return tally
    }
}
