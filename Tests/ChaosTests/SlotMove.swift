import Foundation
import TestCluster

/// Moves slots in the way of the cluster tutorial: `SETSLOT`, `MIGRATE` and `SETSLOT` again, with all the
/// patience that a cluster under fire needs. Never asks a server for the names of keys, so that such calls
/// are the scan's alone.
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
                _ = try? await cluster.local.withConnection(to: other, timeout: .seconds(1)) {
                    try $0.call(command)
                }
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

    /// Moves slots one after another, evenly over some time, in a cluster in which nothing else goes on.
    func quickly(_ slots: [Int], over time: Duration, keys: ChaosKeys) async throws {
        let (from, to) = (cluster.local.nodes[source], cluster.local.nodes[destination])
        try await onOwnThread {
            let primaries = try cluster.local.primaries.map { try cluster.local.connect(to: $0.index) }
            let (giver, taker) = (primaries[source], primaries[destination])
            let start = ContinuousClock.now
            for (index, slot) in slots.enumerated() {
                let wait = (start + time * index / slots.count) - .now
                if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
                try taker.checked("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id)
                try giver.checked("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id)
                let names = keys.bySlot[slot]
                if !names.isEmpty {
                    try giver.checked(["MIGRATE", to.host, to.port, "", 0, 2000, "KEYS"] + names.map { $0 })
                }
                for node in [taker, giver] + primaries {
                    try node.checked("CLUSTER", "SETSLOT", slot, "NODE", to.id)
                }
            }
        }
    }

    /// Sends a command until the node has taken it. All commands here may come twice.
    private func order(_ node: Int, _ command: [any RespArgument]) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                _ = try await cluster.local.withConnection(to: node, timeout: .seconds(3)) {
                    try $0.checked(command)
                }
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
