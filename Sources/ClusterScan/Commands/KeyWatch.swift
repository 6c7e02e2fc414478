/// A key that is watched (`WATCH`) since before it was read, over a connection that has nothing else to do.
public struct KeyWatch: Sendable {
    let key: [UInt8]
    let connection: NodeConnection
    /// Whether the slot is on its way to the node.
    let isAsking: Bool
    let sender: CommandSender

    /// Tells whether all that was read of the key since it is watched is of one moment. Ends the watch.
    ///
    /// - Returns: `false` also where that is not known: the connection was lost, or the key's slot has moved.
    /// - Throws: ``ClusterScanError`` if the user may not do this.
    public func isUnchanged() async throws -> Bool {
        try await run([Array("EXISTS".utf8), key]) != nil
    }

    /// Runs a command if the key is as it was when the watch began. Ends the watch.
    ///
    /// - Parameter command: A command on the key, any bytes.
    /// - Returns: Its reply; `nil` if it was not run, or that is not known: the key has changed, the connection
    ///   was lost, the key's slot has moved, or the server refused the command.
    /// - Throws: ``ClusterScanError`` if the user may not do this.
    public func run(_ command: [[UInt8]]) async throws -> RESPValue? {
        try await sender.finish(self, with: Command(command))
    }
}
