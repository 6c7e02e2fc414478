/// A complete reply of a server in flat memory: all its bytes in one buffer, all its values in another.
package struct FlatReply: Sendable {
    /// The reply as a tree.
    package var value: RESPValue { fatalError() }

    /// The error, if the reply is one.
    package var error: ServerError? { fatalError() }

    /// Reads the reply to `SCAN`.
    package func scanPage() throws(ReplyError) -> (cursor: UInt64, keys: KeyBatch) { fatalError() }

    /// Reads a reply that is an array of strings, such as that to `CLUSTER GETKEYSINSLOT`.
    package func keys() throws(ReplyError) -> KeyBatch { fatalError() }

    /// Reads a reply that is an integer, such as that to `CLUSTER COUNTKEYSINSLOT`.
    package func integer() throws(ReplyError) -> Int64 { fatalError() }
}
