extension ClusterScanner {
    /// Watches keys while something is done with them that takes more than one command.
    ///
    /// ```swift
    /// let value: [UInt8]? = try await scanner.watching([key]) { watch in
    ///     let pieces = … // read with `send`
    ///     return try await watch.isUnchanged() ? pieces : nil
    /// }
    /// ```
    ///
    /// Each call that is under way has a connection of its own to the node in question, which stays open for
    /// the calls that follow.
    ///
    /// - Parameters:
    ///   - keys: The names, at least one; of a cluster, all in one slot.
    ///   - options: Patience until the keys are watched.
    ///   - body: Reads the keys, and asks the watch at the end.
    /// - Returns: What `body` returns.
    /// - Throws: ``ClusterScanError`` if the keys cannot be watched, `CancellationError`, what `body` throws.
    public func watching<Value>(
        _ keys: [[UInt8]],
        options: CommandOptions = CommandOptions(),
        _ body: (KeyWatch) async throws -> Value
    ) async throws -> Value {
        let number = await commands.borrowWatch()
        do {
            let value = try await body(commands.watch(keys, number: number, options: options))
            await commands.returnWatch(number)
            return value
        } catch {
            await commands.returnWatch(number)
            throw error
        }
    }
}
