import TestCluster

extension LocalCluster {
    /// Has a node of a cluster of three primaries with a replica each take over from the other one of its
    /// shard, and waits until both know.
    func promote(_ node: Int) async throws {
        try await command(node, "CLUSTER", "FAILOVER")
        for (node, role) in [(node, "master"), ((node + 3) % 6, "slave")] {
            try await wait("node \(node) becomes \(role)") {
                try await command(node, "ROLE").array?.first?.text == role
            }
        }
    }
}
