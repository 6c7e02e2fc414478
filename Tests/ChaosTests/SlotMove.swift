import TestCluster

/// Moves slots in the way of the cluster tutorial: `SETSLOT`, `MIGRATE` and `SETSLOT` again, with all the patience that
/// a cluster under fire needs. Never asks a server for the names of keys, so that such calls are the scan's alone.
struct SlotMove: Sendable {
    let cluster: ChaosCluster
    let source: Int
    let destination: Int

    /// Opens a slot: first the destination, then the source.
    func open(_ slot: Int) async throws {
        try await order(destination, ["CLUSTER", "SETSLOT", slot, "IMPORTING", id(of: source)])
        try await order(source, ["CLUSTER", "SETSLOT", slot, "MIGRATING", id(of: destination)])
    }

    /// Hands a slot that is empty by now to the destination, and tells the other primaries.
    func close(_ slot: Int) async throws {
        let command: [any RespArgument] = ["CLUSTER", "SETSLOT", slot, "NODE", id(of: destination)]
        try await order(destination, command)
        try await order(source, command)
        for shard in cluster.shards {
            // The others hear of it by gossip at the latest; one that is down must not hold up the move.
            let node = cluster.nodes(of: shard)
            for other in node where other != source && other != destination {
                _ = try? await cluster.local.withConnection(to: other, timeout: .seconds(1)) { try $0.call(command) }
            }
        }
    }

    /// Moves keys that may be there.
    func migrate(_ names: [[UInt8]]) async throws {
        let target = cluster.local.nodes[destination]
        let head: [any RespArgument] = ["MIGRATE", target.host, target.port, "", 0, 2000, "REPLACE", "KEYS"]
        for start in stride(from: 0, to: names.count, by: 500) {
            try await order(source, head + names[start..<min(start + 500, names.count)].map { $0 })
        }
    }

    /// Sends a command until the node has taken it. All commands here may come twice.
    private func order(_ node: Int, _ command: [any RespArgument]) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                _ = try await cluster.local.withConnection(to: node, timeout: .seconds(3)) { try $0.checked(command) }
                return
            } catch {
                // What was done before the connection was lost.
                if "\(error)".contains("I'm already the owner") { return }
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func id(of node: Int) -> String { cluster.local.nodes[node].id }
}
