import Foundation
import TestCluster

/// The cluster as the faults see it: shards of two nodes each, whose roles change but whose members do not.
struct ChaosCluster: Sendable {
    let local: LocalCluster

    /// Promotions happen when a fault asks for one, not because a busy machine was slow to answer: replicas
    /// are told when they may. Nothing is lost when a process dies, as its log is written before it answers.
    static func start() async throws -> ChaosCluster {
        var options = LocalCluster.Options()
        options.nodeTimeout = .milliseconds(1500)
        options.configuration = [
            "appendonly yes", "appendfsync no", "cluster-require-full-coverage no",
            "cluster-replica-no-failover yes",
        ]
        return ChaosCluster(local: try await LocalCluster.start(options))
    }

    var shards: Range<Int> { 0..<local.nodes.count / 2 }
    var addresses: [String] { local.nodes.map(\.address) }

    func nodes(of shard: Int) -> [Int] { [shard, shard + shards.count] }

    /// The node that serves the shard. Only while nothing is wrong with the shard is the answer certain.
    func primary(of shard: Int) async throws -> Int {
        for _ in 0..<400 {
            for node in nodes(of: shard) {
                let role = try? await local.command(node, "ROLE").array?.first?.text
                if role == "master" { return node }
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
        upTo limit: Duration = .seconds(40),
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if (try? await condition()) == true { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestClusterError("waited \(limit) in vain: \(what)")
    }

    /// Everything that the primary holds by now is in its replica as well.
    func waitUntilReplicated(from primary: Int, to replica: Int) async throws {
        let held = try await replication(of: primary)["master_repl_offset"].flatMap { Int($0) } ?? 0
        try await wait(for: "replication from node \(primary) to node \(replica)") {
            let info = try await replication(of: replica)
            guard info["master_link_status"] == "up", info["master_sync_in_progress"] == "0",
                let received = info["slave_repl_offset"].flatMap({ Int($0) })
            else { return false }
            return received >= held
        }
    }

    func waitUntilRole(_ role: String, of node: Int) async throws {
        try await wait(for: "node \(node) to be a \(role)") {
            try await local.command(node, "ROLE").array?.first?.text == role
        }
    }

    private func replication(of node: Int) async throws -> [String: String] {
        Self.fields(try await local.command(node, "INFO", "replication").text ?? "")
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
