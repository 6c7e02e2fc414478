import TestCluster

extension LocalCluster {
    /// Has a node of a cluster of three primaries with a replica each take over from the other one of its
    /// shard, and waits until both know.
    func promote(_ node: Int) async throws {
        guard try await failOver(from: (node + 3) % 6, to: node) else {
            throw TestClusterError("node \(node) does not take over")
        }
    }
}
