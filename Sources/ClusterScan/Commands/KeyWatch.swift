/// Keys that are watched (`WATCH`) since before they were read, over a connection that has nothing else to
/// do.
public struct KeyWatch: Sendable {
    let keys: [[UInt8]]
    let connection: NodeConnection
    /// Whether the slot is on its way to the node.
    let isAsking: Bool
    let sender: CommandSender

    /// Tells whether all that was read of the keys since they are watched is of one moment. Ends the watch.
    ///
    /// - Returns: `false` also where that is not known: the connection was lost, or the slot has moved.
    /// - Throws: ``ClusterScanError`` if the user may not do this, or the server takes no writes.
    public func isUnchanged() async throws -> Bool {
        try await run([[Array("EXISTS".utf8)] + keys.prefix(1)]) != nil
    }

    /// Runs commands if all keys are as they were when the watch began. Ends the watch.
    ///
    /// - Parameter commands: Commands on the keys, at least one; any bytes.
    /// - Returns: Their replies; `nil` if they were not run, or that is not known: a key has changed, the
    ///   connection was lost, the slot has moved, or the server refused a command.
    /// - Throws: ``ClusterScanError`` if the user may not do this, or the server takes no writes.
    public func run(_ commands: [[[UInt8]]]) async throws -> [RESPValue]? {
        try await sender.finish(self, with: commands.map { Command($0) })
    }
}
