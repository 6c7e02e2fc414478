extension ClusterScanner {
    /// Watches a key while something is done with it that takes more than one command.
    ///
    /// ```swift
    /// let value: [UInt8]? = try await scanner.watching(key) { watch in
    ///     let pieces = … // read with `send`
    ///     return try await watch.isUnchanged() ? pieces : nil
    /// }
    /// ```
    ///
    /// Each call that is under way has a connection of its own to the node in question, which stays open for
    /// the calls that follow.
    ///
    /// - Parameters:
    ///   - key: The name of the key.
    ///   - options: Patience until the key is watched.
    ///   - body: Reads the key, and asks the watch at the end.
    /// - Returns: What `body` returns.
    /// - Throws: ``ClusterScanError`` if the key cannot be watched, `CancellationError`, what `body` throws.
    public func watching<Value>(
        _ key: [UInt8],
        options: CommandOptions = CommandOptions(),
        _ body: (KeyWatch) async throws -> Value
    ) async throws -> Value {
        let number = await commands.borrowWatch()
        do {
            let value = try await body(commands.watch(key, number: number, options: options))
            await commands.returnWatch(number)
            return value
        } catch {
            await commands.returnWatch(number)
            throw error
        }
    }
}
