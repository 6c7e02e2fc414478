import ScanCore
import Testing

/// Drives a coordinator by hand: takes its actions one by one and answers them as a test wants.
struct CoordinatorScript {
    var coordinator: ScanCoordinator
    var now = Duration.zero
    private(set) var events: [ScanEvent] = []
    private(set) var delivered: [ScanBatch] = []
    private var actions: [ScanAction] = []
    /// What nodes said last.
    private var statuses: [NodeID: NodeStatus] = [:]
    /// Whether nodes that are heard before others are credited (R13) say at once what they said last.
    var answersHearings = true

    static let a = ClusterNode(id: id("a"), address: NodeAddress(host: "a", port: 1))
    static let b = ClusterNode(id: id("b"), address: NodeAddress(host: "b", port: 2))
    static let replica = ClusterNode(id: id("c"), address: NodeAddress(host: "c", port: 3))

    static func id(_ digit: Character) -> NodeID {
        guard let id = NodeID(String(repeating: digit, count: 40)) else {
            fatalError("40 hexadecimal digits")
        }
        return id
    }

    static func run(_ digit: Character) -> RunID {
        guard let run = RunID(String(repeating: digit, count: 40)) else {
            fatalError("40 hexadecimal digits")
        }
        return run
    }

    static func slots(_ text: String) -> SlotSet {
        guard let slots = SlotSet(text) else { fatalError("not a list of slots: \(text)") }
        return slots
    }

    static func topology(a slotsOfA: String, b slotsOfB: String, replicas: [ClusterNode] = []) throws
        -> ClusterTopology
    {
        let shards = [(a, slotsOfA, replicas), (b, slotsOfB, [])].filter { !$0.1.isEmpty }.map {
            ClusterTopology.Shard(primary: $0.0, replicas: $0.2, slots: slots($0.1))
        }
        return try ClusterTopology(shards: shards)
    }

    init(
        wanted: String = "0-16383",
        topology: ClusterTopology,
        query: ScanQuery = ScanQuery(),
        policy: ScanPolicy = ScanPolicy(strategy: .scan)
    ) {
        let progress = ScanProgress(queryDigest: query.digest, wanted: Self.slots(wanted))
        self.init(progress: progress, topology: topology, query: query, policy: policy)
    }

    init(progress: ScanProgress, topology: ClusterTopology, query: ScanQuery, policy: ScanPolicy) {
        coordinator = ScanCoordinator(progress: progress, query: query, topology: topology, policy: policy)
        coordinator.start(now: now)
        collect()
    }

    private mutating func collect() {
        while true {
            let taken = coordinator.takeActions()
            guard !taken.isEmpty else { return }
            for action in taken {
                switch action {
                case .report(let event):
                    events.append(event)
                case .readStatus(let lane, let node, let statusRequest, _)
                where answersHearings && coordinator.isHearing(lane):
                    coordinator.statusRead(lane, statusRequest: statusRequest, word(of: node), now: now)
                default:
                    actions.append(action)
                }
            }
        }
    }

    /// What a node says when it is heard before others are credited (R13): what it said last, or nothing that
    /// matters.
    private func word(of node: ClusterNode) -> NodeStatus {
        statuses[node.id] ?? NodeStatus(nodeID: node.id, runID: Self.run("f"), slots: SlotSet())
    }

    /// The actions that wait for an answer.
    var open: [ScanAction] { actions }

    private mutating func take<Answer>(
        _ what: String,
        sourceLocation: SourceLocation,
        _ match: (ScanAction) -> Answer?
    ) throws -> Answer {
        for (index, action) in actions.enumerated() {
            guard let answer = match(action) else { continue }
            actions.remove(at: index)
            return answer
        }
        Issue.record("nobody asks for \(what); open: \(actions)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    // MARK: Answers

    mutating func answerTopology(
        _ topology: ClusterTopology,
        from teller: NodeAddress? = nil,
        _ at: SourceLocation = #_sourceLocation
    ) throws {
        try take("the topology", sourceLocation: at) { if case .loadTopology = $0 { () } else { nil } }
        coordinator.topologyLoaded(topology, from: teller, now: now)
        collect()
    }

    mutating func answerStatus(_ status: NodeStatus, _ at: SourceLocation = #_sourceLocation) throws {
        let answer = { (action: ScanAction) -> (LaneID, Int)? in
            guard case .readStatus(let lane, let node, let statusRequest, _) = action,
                node.id == status.nodeID
            else { return nil }
            return (lane, statusRequest)
        }
        let (lane, statusRequest) = try take("the status of \(status.nodeID)", sourceLocation: at, answer)
        statuses[status.nodeID] = status
        coordinator.statusRead(lane, statusRequest: statusRequest, status, now: now)
        collect()
    }

    /// Answers a page request; `expecting` is the cursor it must ask for.
    mutating func answerPage(
        of node: ClusterNode,
        expecting cursor: UInt64,
        next: UInt64,
        keys: [String] = [],
        _ at: SourceLocation = #_sourceLocation
    ) throws {
        let (lane, asked) = try take("a page of \(node)", sourceLocation: at) { action -> (LaneID, UInt64)? in
            guard case .readPage(let lane, let asked, let cursor, _) = action, asked == node else {
                return nil
            }
            return (lane, cursor)
        }
        #expect(asked == cursor, sourceLocation: at)
        let batch = KeyBatch(keys.map { Array($0.utf8) })
        if let batch = coordinator.pageRead(lane, next: next, keys: batch, now: now) {
            delivered.append(batch)
        }
        collect()
    }

    /// Answers a burst from a table of slots and keys.
    mutating func answerSlots(
        of node: ClusterNode,
        _ table: [UInt16: [String]],
        _ at: SourceLocation = #_sourceLocation
    ) throws {
        let (lane, reads) = try take("slots of \(node)", sourceLocation: at) {
            action -> (LaneID, SlotBurst)? in
            guard case .readSlots(let lane, let asked, let reads) = action, asked == node else { return nil }
            return (lane, reads)
        }
        let snapshots = reads.snapshots.map { snapshot in
            (table[snapshot.slot.rawValue] ?? []).prefix(snapshot.limit).map { Array($0.utf8) }
        }
        let counts = reads.counts.map { (table[$0.rawValue] ?? []).count }
        let batch = coordinator.slotsRead(
            lane,
            SlotBurstReply(
                keys: KeyBatch(snapshots.flatMap { $0 }),
                lengths: snapshots.map(\.count),
                counts: counts
            ),
            now: now
        )
        if let batch { delivered.append(batch) }
        collect()
    }

    /// Tells what a node says of its work, when it was asked.
    mutating func answerWork(
        of node: ClusterNode,
        _ statistics: CommandStatistics?,
        _ at: SourceLocation = #_sourceLocation
    ) throws {
        try take("the work of \(node)", sourceLocation: at) {
            if case .readWork(let asked) = $0, asked == node { () } else { nil }
        }
        coordinator.workRead(of: node, statistics, now: now)
        collect()
    }

    func isAskedForWork(of node: ClusterNode) -> Bool {
        actions.contains { if case .readWork(let asked) = $0 { asked == node } else { false } }
    }

    /// The `COUNT` of the page that a node is asked for.
    func countAsked(of node: ClusterNode) -> Int? {
        for case .readPage(_, let asked, _, let count) in actions where asked == node { return count }
        return nil
    }

    /// Fails the request that is open at a node.
    mutating func fail(_ node: ClusterNode, _ failure: ScanFailure, _ at: SourceLocation = #_sourceLocation)
        throws
    {
        let lane = try take("anything of \(node)", sourceLocation: at) { action -> LaneID? in
            switch action {
            case .readStatus(let lane, let asked, _, _) where asked == node: lane
            case .readPage(let lane, let asked, _, _) where asked == node: lane
            case .readSlots(let lane, let asked, _) where asked == node: lane
            default: nil
            }
        }
        coordinator.laneFailed(lane, failure, now: now)
        collect()
    }

    mutating func pass(_ time: Duration) {
        now += time
        coordinator.tick(now: now)
        collect()
    }

    // MARK: Questions

    var deliveredKeys: [String] { delivered.flatMap { $0.keys.map(\.string) } }
    var covered: SlotSet { coordinator.progress.covered }

    var report: ScanReport? {
        for case .finish(let report) in actions { return report }
        return nil
    }

    var error: ClusterScanError? {
        for case .fail(let error) in actions { return error }
        return nil
    }

    /// Whether somebody asks a node for keys.
    func isReading(_ node: ClusterNode) -> Bool {
        actions.contains { action in
            switch action {
            case .readPage(_, let asked, _, _), .readSlots(_, let asked, _): asked == node
            default: false
            }
        }
    }
}
