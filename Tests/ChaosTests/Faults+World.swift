import Foundation
import TestCluster

/// What makes servers be taken for what they are not.
extension Faults {
    /// One of them in each iteration.
    func deceive() async throws {
        var random = plan.random(iteration: iteration, part: .world)
        try await pause(100...1200, &random)
        let shard = cluster.shards.dropFirst().randomElement(using: &random) ?? 1
        guard try await locks.take([shard], unless: isOver) else { return }
        let primary = try await cluster.primary(of: shard)
        let replica = try await cluster.replica(of: shard)
        let time = Duration.milliseconds(Int.random(in: 300...1200, using: &random))
        switch iteration % 4 {
        case 1: try await move([primary, replica].randomElement(using: &random) ?? primary, for: time)
        case 3: try await empty(replica, of: primary, for: time)
        case 2: try await isolate(primary, untilPromoted: replica)
        default: try await silence(for: time)
        }
        await locks.release([shard])
    }

    // MARK: Addresses

    /// A node goes to another port, and the foreign server comes to its old one, for a while.
    private func move(_ node: Int, for time: Duration) async throws {
        let (old, home) = (cluster.local.nodes[node].port, cluster.stranger.nodes[0].port)
        // Neither among those that servers get, nor among those of outgoing connections.
        let away = try await firstThatWorks(of: (30_001...32_000).shuffled().prefix(20)) {
            try await setPort($0, ofServerAt: old)
        }
        try await setPort(old, ofServerAt: home)
        // What is connected to a pod that moves is not connected any more.
        try await order(away, "CLIENT", "KILL", "TYPE", "normal")
        try await waitUntilKnown(node, by: away)
        try await Task.sleep(for: time)
        try await setPort(home, ofServerAt: old)
        try await setPort(old, ofServerAt: away)
        try await waitUntilKnown(node, by: old)
        try await cluster.wait(for: "the shard of node \(node) to be whole") {
            try await cluster.local.settledPrimary(of: cluster.nodes(of: node % cluster.shards.count)) != nil
        }
        log.count("move, and another server at the old address", "of node \(node) for \(time)")
    }

    private func firstThatWorks<Value>(
        of values: some Sequence<Value>,
        _ body: (Value) async throws -> Void
    ) async throws -> Value {
        var last: any Error = TestClusterError("nothing to try")
        for value in values {
            do {
                try await body(value)
                return value
            } catch {
                last = error
            }
        }
        throw last
    }

    private func setPort(_ port: Int, ofServerAt present: Int) async throws {
        do {
            try await order(present, "CONFIG", "SET", "port", "\(port)")
        } catch {
            // Done all the same, if the connection was cut before the reply.
            guard (try? await order(port, "PING")) != nil else { throw error }
        }
    }

    /// Sends a command to whatever server has a port, again if the connection is cut.
    private func order(_ port: Int, _ command: String...) async throws {
        _ = try await firstThatWorks(of: 0..<5) { _ in
            try await onOwnThread {
                let line = try RespConnection(host: "127.0.0.1", port: port, timeout: .seconds(5))
                try line.checked(command.map { $0 as any RespArgument })
            }
        }
    }

    /// All other nodes know by which port a node is reached.
    private func waitUntilKnown(_ node: Int, by port: Int) async throws {
        let id = cluster.local.nodes[node].id
        for other in cluster.local.nodes.indices where other != node {
            // One that is down hears of it when it is back.
            try await cluster.becomes(within: .seconds(10)) {
                let text = try await cluster.local.command(other, "CLUSTER", "NODES").text ?? ""
                return text.split(separator: "\n").contains { $0.hasPrefix(id) && $0.contains(":\(port)@") }
            }
        }
    }

    // MARK: Replicas

    /// A replica comes up without a key, and has to wait before it gets any.
    private func empty(_ replica: Int, of primary: Int, for time: Duration) async throws {
        try await setSyncDelay(2, of: primary)
        await work.sample(replica)
        try await cluster.local.kill(replica)
        for name in ["appendonlydir", "appendonly.aof"] {
            try? FileManager.default.removeItem(atPath: "\(cluster.local.directory)/node-\(replica)/\(name)")
        }
        _ = try await cluster.local.restart(replica)
        log.note("node \(replica) is empty")
        try await cluster.wait(for: "node \(replica) to follow again") {
            try await cluster.local.settledPrimary(of: [primary, replica]) == primary
        }
        try await setSyncDelay(0, of: primary)
        log.count("empty replica", "node \(replica)")
    }

    private func setSyncDelay(_ seconds: Int, of node: Int) async throws {
        try await cluster.wait(for: "node \(node) to take a setting") {
            try await cluster.local.command(node, "CONFIG", "SET", "repl-diskless-sync-delay", seconds)
            return true
        }
    }

    // MARK: The bus

    private func isolate(_ primary: Int, untilPromoted replica: Int) async throws {
        try await cluster.waitUntilReplicated(from: primary, to: replica)
        try await strike(untilPromoted: replica) { try await cluster.bus.isolate([primary]) }
        try await cluster.bus.mend()
        try await settle("bus cut and promotion", from: primary, to: replica)
    }

    /// Not long enough for a node to be taken for a failed one.
    private func silence(for time: Duration) async throws {
        try await cluster.bus.silence()
        try await Task.sleep(for: time)
        try await cluster.bus.mend()
        log.count("silent bus", "for \(time)")
    }
}
