/// By what a cursor knows its cluster again: the leading bits of the ids of a few primaries, renewed with
/// every topology (rule R10).
package struct ClusterMark: Hashable, Sendable {
    /// Four nodes that leave a cluster between two calls are a cluster that is replaced.
    package static let most = 4

    /// In ascending order, each once; none before the first topology.
    package let prefixes: [UInt32]

    /// Of an iteration that has not seen its cluster.
    package init() {
        prefixes = []
    }

    /// - Returns: `nil` if the prefixes are too many, or not in ascending order.
    package init?(prefixes: [UInt32]) {
        guard prefixes.count <= Self.most, zip(prefixes, prefixes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        self.prefixes = prefixes
    }

    /// Of the cluster with this topology.
    package init(_ topology: ClusterTopology) {
        let primaries = topology.shards.map { Self.prefix(of: $0.primary.id) }
        // From all over the cluster: shards stand in the order of their ids.
        let step = max(1, (primaries.count + Self.most - 1) / Self.most)
        let chosen = stride(from: 0, to: primaries.count, by: step).map { primaries[$0] }
        prefixes = Set(chosen).sorted()
    }

    /// Whether a topology may be that of the same cluster: one of the nodes is in it.
    ///
    /// - Complexity: O(number of nodes).
    package func matches(_ topology: ClusterTopology) -> Bool {
        guard !prefixes.isEmpty else { return true }
        // A node that has failed is still one of the cluster's.
        if topology.knownNodes.contains(where: { prefixes.contains(Self.prefix(of: $0)) }) { return true }
        return topology.shards.contains { shard in
            prefixes.contains(Self.prefix(of: shard.primary.id))
                || shard.replicas.contains { prefixes.contains(Self.prefix(of: $0.id)) }
        }
    }

    private static func prefix(of id: NodeID) -> UInt32 { UInt32(truncatingIfNeeded: id.prefix >> 32) }
}
