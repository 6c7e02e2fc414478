public import ClusterScan

/// Some keys to work on at once.
public struct WorkChunk: Sendable {
    /// Keys that were found at one node.
    public struct Part: Sendable {
        /// The node.
        public let node: ClusterNode
        /// Where its keys stand in ``WorkChunk/keys``.
        public internal(set) var range: Range<Int>
    }

    /// The keys, in the order in which they were found. A key may come twice, as with every iteration.
    public private(set) var keys: [KeyBatch.Key] = []
    /// Which of them were found at which node.
    public private(set) var parts: [Part] = []

    package init() {}

    package mutating func append(_ keys: KeyBatch, _ range: Range<Int>, foundAt node: ClusterNode) {
        guard !range.isEmpty else { return }
        let start = self.keys.count
        self.keys.append(contentsOf: keys[range])
        if let last = parts.indices.last, parts[last].node == node {
            parts[last].range = parts[last].range.lowerBound..<self.keys.count
        } else {
            parts.append(Part(node: node, range: start..<self.keys.count))
        }
    }
}
