import ClusterScan
import Synchronization
import TestCluster

/// What is done to the cluster during one iteration. Several things at once, but only so many, as an
/// iteration cannot end while no server lives long enough to be read.
struct Faults: Sendable {
    let cluster: ChaosCluster
    let keys: ChaosKeys
    let log: FaultLog
    let work: ServerWork
    let locks = ShardLocks()
    let plan: ChaosPlan
    let iteration: Int
    /// Whether the scan has ended: what has begun is completed, nothing else is begun.
    let isOver: @Sendable () -> Bool

    private static let reshardings = 3
    private static let disconnections = 8

    /// Returns when everything that was begun is completed.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reshard() }
            group.addTask { try await strikeNodes() }
            group.addTask { try await deceive() }
            group.addTask { try await disconnect() }
            try await group.waitForAll()
        }
    }

    /// Waits, but not beyond the end of the scan.
    func pause(_ milliseconds: ClosedRange<Int>, _ random: inout SplitMix64) async throws {
        let end = ContinuousClock.now + .milliseconds(Int.random(in: milliseconds, using: &random))
        while ContinuousClock.now < end, !isOver() {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Reshardings

    private func reshard() async throws {
        var random = plan.random(iteration: iteration, part: .resharding)
        for _ in 0..<Self.reshardings {
            try await pause(100...1500, &random)
            let pair = cluster.shards.shuffled(using: &random).prefix(2).map { $0 }
            guard try await locks.take(Set(pair), unless: isOver) else { return }
            let move = try await move(between: pair[0], and: pair[1])
            let staysOpen: Bool
            if Bool.random(using: &random) {
                try await reshardWithClient(move, &random)
                staysOpen = false
            } else {
                staysOpen = try await reshardKeyByKey(move, &random)
            }
            // A slot that is left open keeps its shards from losing their primaries until it is repaired.
            if !staysOpen { await locks.release(Set(pair)) }
        }
    }

    /// From one to the other, unless that would leave the one without slots: then it would not stay a
    /// primary.
    private func move(between one: Int, and other: Int) async throws -> SlotMove {
        let (first, second) = (try await cluster.primary(of: one), try await cluster.primary(of: other))
        let isPoor = try await cluster.slots(of: first).count < 1500
        return SlotMove(
            cluster: cluster,
            source: isPoor ? second : first,
            destination: isPoor ? first : second
        )
    }

    private func reshardWithClient(_ move: SlotMove, _ random: inout SplitMix64) async throws {
        let count = Int.random(in: 20...400, using: &random)
        let result = try await RedisCLI.cluster([
            "reshard", cluster.addresses[move.destination], "--cluster-from",
            cluster.local.nodes[move.source].id,
            "--cluster-to", cluster.local.nodes[move.destination].id, "--cluster-slots", "\(count)",
            "--cluster-yes",
            "--cluster-pipeline", "\(Int.random(in: 1...50, using: &random))", "--cluster-replace",
        ])
        let moved = result.output.split(separator: "\n").count {
            $0.hasPrefix("Moving slot") && $0.contains(" to ")
        }
        let way = "\(count) slots from node \(move.source) to node \(move.destination)"
        if result.succeeded {
            log.count("redis-cli --cluster reshard", way)
        } else {
            log.count(
                moved == 0 ? "reshard refused" : "reshard broken off",
                "\(way): \(result.output.suffix(300))"
            )
            let fix = try await RedisCLI.cluster([
                "fix", cluster.addresses[move.destination], "--cluster-yes",
            ])
            log.count("redis-cli --cluster fix", fix.succeeded ? "" : String(fix.output.suffix(300)))
        }
    }

    /// - Returns: Whether a slot was left half moved.
    private func reshardKeyByKey(_ move: SlotMove, _ random: inout SplitMix64) async throws -> Bool {
        let slots = try await cluster.slots(of: move.source).shuffled(using: &random)
            .prefix(Int.random(in: 2...15, using: &random))
        for (index, slot) in slots.enumerated() {
            try await move.open(slot)
            let names = keys.bySlot[slot].shuffled(using: &random)
            // Large slots go in larger bites, to get them done.
            let bite = max(1, names.count / 20)
            for start in stride(from: 0, to: names.count, by: bite) {
                try await move.migrate(Array(names[start..<min(start + bite, names.count)]))
                if isOver() { continue }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...15, using: &random)))
                if start >= names.count / 2, start < names.count / 2 + bite {
                    if index == slots.count - 1, Int.random(in: 0..<3, using: &random) == 0 {
                        log.count(
                            "slot left half moved",
                            "\(slot) from node \(move.source) to \(move.destination)"
                        )
                        return true
                    }
                    if Int.random(in: 0..<12, using: &random) == 0 {
                        let node = Bool.random(using: &random) ? move.source : move.destination
                        try await restart(node, "while slot \(slot) moves")
                    }
                }
            }
            try await move.close(slot)
            log.count("slot moved key by key", "\(slot) from node \(move.source) to node \(move.destination)")
        }
        return false
    }

    // MARK: Connections

    private func disconnect() async throws {
        var random = plan.random(iteration: iteration, part: .connections)
        for _ in 0..<Self.disconnections {
            try await pause(50...1200, &random)
            if isOver() { return }
            let node = Int.random(in: 0..<cluster.local.nodes.count, using: &random)
            let onlyScans = Int.random(in: 0..<4, using: &random) > 0
            // A node that is down has no connections to kill.
            let killed = try? await cluster.local.withConnection(to: node, timeout: .seconds(2)) {
                connection in
                onlyScans ? try Self.killScans(at: connection) : try Self.killAll(at: connection)
            }
            if let killed, killed > 0 {
                log.count("CLIENT KILL", "of \(killed) at node \(node)", times: killed)
            }
        }
    }

    private static func killAll(at connection: RespConnection) throws -> Int {
        try connection.checked("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").integer ?? 0
    }

    private static func killScans(at connection: RespConnection) throws -> Int {
        let clients = try connection.checked("CLIENT", "LIST").text ?? ""
        return try clients.split(separator: "\n").reduce(0) { killed, client in
            let fields = client.split(separator: " ")
            guard fields.contains("name=cluster-scan"), let id = fields.first?.dropFirst(3) else {
                return killed
            }
            return killed + (try connection.checked("CLIENT", "KILL", "ID", String(id)).integer ?? 0)
        }
    }
}
