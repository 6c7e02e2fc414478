import Foundation
import TestCluster

/// The cluster as the faults see it: shards of two nodes each, whose roles change but whose members do not.
struct ChaosCluster: Sendable {
    let local: LocalCluster
    let bus: ClusterBus
    /// A server that has nothing to do with the cluster.
    let stranger: LocalCluster

    /// Promotions happen when a fault asks for one, not because a busy machine was slow to answer: replicas
    /// are told when they may. Nothing is lost when a process dies, as its log is written before it answers.
    static func with(_ body: (ChaosCluster) async throws -> Void) async throws {
        var options = LocalCluster.Options()
        options.nodeTimeout = .milliseconds(1500)
        options.configuration = [
            "appendonly yes", "appendfsync no", "cluster-require-full-coverage no",
            "cluster-replica-no-failover yes",
            // However long its link has been down, a replica is never too old: it had everything before.
            "cluster-replica-validity-factor 0",
        ]
        var single = LocalCluster.Options()
        single.isStandalone = true
        try await LocalCluster.with(options) { local in
            try await LocalCluster.with(single) { stranger in
                try await ClusterBus.with(local) { bus in
                    try await body(ChaosCluster(local: local, bus: bus, stranger: stranger))
                }
            }
        }
    }

    var shards: Range<Int> { 0..<local.nodes.count / 2 }
    var addresses: [String] { local.nodes.map(\.address) }
    /// Those of the shard whose nodes never move: where an iteration begins, any server would be believed.
    var lastingAddresses: [String] { nodes(of: 0).map { local.nodes[$0].address } }

    func nodes(of shard: Int) -> [Int] { [shard, shard + shards.count] }

    /// The node that serves the shard. Only while nothing is wrong with the shard is the answer certain.
    func primary(of shard: Int) async throws -> Int {
        for _ in 0..<400 {
            for node in nodes(of: shard) {
                if (try? await local.role(of: node)) == "master" { return node }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestClusterError("shard \(shard) has no primary")
    }

    func replica(of shard: Int) async throws -> Int {
        let primary = try await primary(of: shard)
        return nodes(of: shard).first { $0 != primary } ?? primary
    }

    // MARK: Slots

    /// The slots that a node serves, in its own words.
    func slots(of node: Int) async throws -> [Int] {
        try await ownFields(of: node).filter { !$0.hasPrefix("[") }.flatMap { field in
            let bounds = field.split(separator: "-").compactMap { Int($0) }
            return bounds.first.map { Array($0...(bounds.last ?? $0)) } ?? []
        }
    }

    /// Marks such as `[93->-…]` of slots that are on the move.
    func marks(of node: Int) async throws -> [String] {
        try await ownFields(of: node).filter { $0.hasPrefix("[") }
    }

    private func ownFields(of node: Int) async throws -> [String] {
        let text = try await local.command(node, "CLUSTER", "NODES").text ?? ""
        guard let own = text.split(separator: "\n").first(where: { $0.contains("myself") }) else {
            throw TestClusterError("node \(node) does not know itself: \(text)")
        }
        return own.split(separator: " ").dropFirst(8).map(String.init)
    }

    // MARK: Waiting

    /// Waits until a condition holds; whatever fails meanwhile is tried again.
    func wait(
        for what: String,
        upTo limit: Duration = .seconds(60),
        _ condition: () async throws -> Bool
    ) async throws {
        guard try await becomes(within: limit, condition) else {
            throw TestClusterError("waited \(limit) in vain: \(what)")
        }
    }

    /// Whether a condition holds before the time is up.
    @discardableResult
    func becomes(within limit: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if (try? await condition()) == true { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Everything that the primary holds by now is in its replica as well.
    func waitUntilReplicated(from primary: Int, to replica: Int) async throws {
        let held = try await local.replication(of: primary).primaryOffset
        try await wait(for: "replication from node \(primary) to node \(replica)") {
            let state = try await local.replication(of: replica)
            return state.isFollowing && state.replicaOffset >= held
        }
    }

    static func fields(_ info: String) -> [String: String] {
        info.split(whereSeparator: \.isNewline).reduce(into: [:]) { fields, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
    }

    // MARK: Healing

    /// Completes what was broken off and waits until all nodes agree.
    func heal() async throws {
        for _ in 0..<10 {
            var open = false
            for shard in shards {
                let node = try await primary(of: shard)
                if try await !marks(of: node).isEmpty { open = true }
            }
            if !open {
                try await local.waitUntilAgreed()
                return
            }
            _ = try await RedisCLI.cluster(["fix", addresses[0], "--cluster-yes"])
        }
        throw TestClusterError("redis-cli --cluster fix does not close the open slots")
    }
}
