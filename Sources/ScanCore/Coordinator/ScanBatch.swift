/// Keys of one page of one node, and the cursor to resume after them.
public struct ScanBatch: Sendable {
    /// The keys. May be empty: then the batch tells only of progress.
    public let keys: KeyBatch
    /// Stands for exactly what was handed out up to and including this batch.
    public let cursor: ScanCursor
    /// The node the keys were read from.
    public let node: ClusterNode

    package init(keys: KeyBatch, cursor: ScanCursor, node: ClusterNode) {
        self.keys = keys
        self.cursor = cursor
        self.node = node
    }
}
