extension ClusterScanner {
    /// The database that is read, as the configuration says.
    public var database: Int { connection.database }

    /// Sends one command about a node to that very node, and waits for the reply.
    ///
    /// ```swift
    /// for shard in try await scanner.topology().shards {
    ///     let address = shard.primary.address
    ///     print(address, try await scanner.send("CONFIG", "GET", "maxmemory", to: address))
    /// }
    /// ```
    ///
    /// It is sent once, to no other node, over a connection that other calls use at the same time: nothing
    /// that blocks (`BLPOP`) or changes the connection (`SELECT`, `SUBSCRIBE`, `MONITOR`). Commands on keys
    /// belong into ``send(_:preferring:options:)``, which finds the node.
    ///
    /// - Parameters:
    ///   - words: The name and the arguments.
    ///   - address: The node, as the topology names it.
    /// - Returns: The reply, never ``RESPValue/error(_:)`` itself.
    /// - Throws: ``ClusterScanError``: with ``ClusterScanError/serverError`` if the node answered with an
    ///   error; if it could not be reached, or did not answer within
    ///   ``ConnectionConfiguration/commandTimeout`` (the command may have run then); if the reply takes more
    ///   than 32 MiB, or than ``ConnectionConfiguration/maximumReplyBytes``; with the code
    ///   ``ClusterScanError/Code/shutDown`` after ``shutDown()``. `CancellationError` if the task was
    ///   cancelled before the command was sent; later it does not end the wait.
    public func send(_ words: String..., to address: NodeAddress) async throws -> RESPValue {
        try await send(words.map { Array($0.utf8) }, to: address)
    }

    /// Sends one command about a node to that very node, and waits for the reply: the same for arguments that
    /// are not text.
    ///
    /// - Parameters:
    ///   - arguments: The name and the arguments; at least the name.
    ///   - address: The node, as the topology names it.
    /// - Returns: The reply, never ``RESPValue/error(_:)`` itself.
    /// - Throws: ``ClusterScanError``, or `CancellationError`.
    public func send(_ arguments: [[UInt8]], to address: NodeAddress) async throws -> RESPValue {
        precondition(!arguments.isEmpty, "a command has a name")
        try Task.checkCancellation()
        do throws(ConnectionError) {
            return try await client.send(Command(arguments), to: address)
        } catch {
            if error.kind == .closed, await client.isShutDown { throw ClusterScanError.scannerWasShutDown }
            var failure = ClusterScanError(ScanFailure(error))
            if case .server(let reply) = error.kind { failure.serverError = reply }
            throw failure
        }
    }
}
