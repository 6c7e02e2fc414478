import ScanCore

/// Drives a coordinator with answers made up at once, so that nothing but its own work is timed.
enum CoordinatorBenchmark {
    private static let nodeCounts = [3, 100, 1000]

    /// A fixed amount of work, to count its instructions: so many pages, or so many whole iterations by slot.
    static func run(_ strategy: ScanStrategy, nodes: Int, times: Int) throws {
        if strategy == .scan {
            var cluster = try MadeUpCluster(nodes: nodes, strategy: .scan)
            for _ in 0..<times { cluster.readPage() }
        } else {
            for _ in 0..<times { try MadeUpCluster(nodes: nodes, strategy: .slots).readEverything() }
        }
    }

    static func run() throws {
        for nodes in nodeCounts {
            var cluster = try MadeUpCluster(nodes: nodes, strategy: .scan)
            Stopwatch.time("coordinator, a page of one of \(nodes) nodes") { times in
                for _ in 0..<times { cluster.readPage() }
            }
        }
        for nodes in nodeCounts {
            let title = "coordinator, all slots of \(nodes) nodes, start to end"
            try Stopwatch.time(title, parts: nodes) { times in
                try run(.slots, nodes: nodes, times: times)
            }
        }
    }
}

/// A cluster whose nodes answer every question at once: `SCAN` never ends, slots hold 180 keys each.
private struct MadeUpCluster {
    private(set) var isFinished = false

    private var coordinator: ScanCoordinator
    private let statuses: [NodeID: NodeStatus]
    private var reads: [ScanAction] = []
    private var next = 0
    private var cursor: UInt64 = 1 << 40
    /// As a consumer does: it holds the last batch, and with it a cursor that shares the coordinator's state.
    private var held: ScanBatch?

    init(nodes: Int, strategy: ScanStrategy) throws {
        var shards: [ClusterTopology.Shard] = []
        var statuses: [NodeID: NodeStatus] = [:]
        for index in 0..<nodes {
            let digits = MadeUpCluster.digits(index + 1)
            guard let id = NodeID(digits), let run = RunID(digits) else { fatalError("40 digits") }
            let slots = SlotSet.share(index, of: nodes)
            let node = ClusterNode(id: id, address: NodeAddress(host: "node\(index)", port: 6379))
            shards.append(ClusterTopology.Shard(primary: node, replicas: [], slots: slots))
            statuses[id] = NodeStatus(nodeID: id, runID: run, slots: slots)
        }
        self.statuses = statuses
        let query = ScanQuery()
        coordinator = ScanCoordinator(
            progress: ScanProgress(queryDigest: query.digest, wanted: .all),
            query: query,
            topology: try ClusterTopology(shards: shards),
            policy: ScanPolicy(strategy: strategy)
        )
        coordinator.start(now: .zero)
        perform()
    }

    /// Spread over all 160 bits, as real ids are.
    private static func digits(_ number: Int) -> String {
        let mixed = String(UInt64(number) &* 0x9e37_79b9_7f4a_7c15, radix: 16)
        return String(repeating: "0", count: 16 - mixed.count) + mixed + String(repeating: "7", count: 24)
    }

    consuming func readEverything() {
        while !isFinished { readPage() }
    }

    /// Answers the oldest of the requests for keys.
    mutating func readPage() {
        guard next < reads.count else { fatalError("nothing is asked for") }
        let action = reads[next]
        next += 1
        if next == 4096 {
            reads.removeFirst(next)
            next = 0
        }
        switch action {
        case .readPage(let lane, _, _, _):
            // Cursors rise: one that came back would be a server's fault, and end the iteration.
            cursor += 1
            held = coordinator.pageRead(lane, next: cursor, keys: MadeUpCluster.noKeys, now: .zero)
        case .readSlots(let lane, _, let asked):
            held = coordinator.slotsRead(
                lane,
                SlotBurstReply(
                    keys: MadeUpCluster.noKeys,
                    lengths: asked.snapshots.map { _ in 0 },
                    counts: asked.counts.map { _ in 180 }
                ),
                now: .zero
            )
        default:
            break
        }
        perform()
    }

    private static let noKeys = KeyBatch([])

    private mutating func perform() {
        var actions = coordinator.takeActions()
        while !actions.isEmpty {
            for action in actions {
                switch action {
                case .readPage, .readSlots: reads.append(action)
                case .readStatus(let lane, let node, let statusRequest, _):
                    if let status = statuses[node.id] {
                        coordinator.statusRead(lane, statusRequest: statusRequest, status, now: .zero)
                    }
                case .finish: isFinished = true
                case .fail(let error): fatalError("\(error)")
                case .loadTopology, .readWork, .wake, .report: break
                }
            }
            actions = coordinator.takeActions()
        }
    }
}
