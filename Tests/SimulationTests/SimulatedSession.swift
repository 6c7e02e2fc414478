import DequeModule
import ScanCore

/// One process that scans: performs what its coordinator decides, over a network that loses and delays.
final class SimulatedSession {
    enum Outcome {
        case finished(ScanReport)
        case failed(ClusterScanError)
    }

    private final class Connection {
        let node: SimulatedNode
        let process: SimulatedProcess
        var isOpen = true
        var status: NodeStatus?

        init(node: SimulatedNode, process: SimulatedProcess) {
            self.node = node
            self.process = process
        }
    }

    private let cluster: SimulatedCluster
    private let timeline: Timeline
    private let start: Int
    private let readAhead: Int
    private let falsehood: Falsehood?
    /// What nodes said when lanes opened, and the lanes that have read since: what comes next is their
    /// closing.
    private var openings: [LaneID: [NodeID: NodeStatus]] = [:]
    private var lanesWithPages: Set<LaneID> = []
    /// `COUNT`, where it does not adapt: small, as dictionaries are.
    private let count: Int?
    private var random: SplitMix64
    private(set) var coordinator: ScanCoordinator
    private var connections: [NodeAddress: Connection] = [:]
    private var buffer: Deque<ScanBatch> = []
    private var held: [ScanAction] = []
    private var isPerforming = false
    private(set) var outcome: Outcome?
    private(set) var isStopped = false
    /// Is handed what the coordinator reports, to follow one seed.
    var trace: ((ScanEvent, Int) -> Void)?
    /// Is handed every batch, with the cursor that comes with it.
    private let consumer: (ScanBatch, ScanCursor) -> Void

    init(
        progress: ScanProgress,
        policy: ScanPolicy,
        cluster: SimulatedCluster,
        seed: UInt64,
        falsehood: Falsehood? = nil,
        consumer: @escaping (ScanBatch, ScanCursor) -> Void
    ) {
        self.cluster = cluster
        timeline = cluster.timeline
        start = timeline.now
        random = SplitMix64(state: seed)
        readAhead = Int.random(in: 0...6, using: &random)
        let count = Int.random(in: 1...6, using: &random)
        self.count = policy.count == nil ? nil : count
        self.falsehood = falsehood
        coordinator = ScanCoordinator(progress: progress, policy: policy)
        self.consumer = consumer
    }

    func run() {
        coordinator.start(now: now)
        perform()
    }

    /// The process is gone from one moment to the next.
    func stop() {
        isStopped = true
    }

    private var now: Duration { .microseconds(timeline.now - start) }
    private var isOver: Bool { isStopped || outcome != nil }

    private func chance(_ percent: Double) -> Bool { Double.random(in: 0..<100, using: &random) < percent }

    // MARK: Actions

    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while !isOver {
            let actions = coordinator.takeActions()
            guard !actions.isEmpty else { return }
            for action in actions { perform(action) }
        }
    }

    private func perform(_ action: ScanAction) {
        guard !isOver else { return }
        switch action {
        case .loadTopology: loadTopology()
        case .readStatus(let lane, let node, let statusRequest, let fresh):
            readStatus(lane, node, statusRequest, fresh: fresh)
        case .readPage, .readSlots:
            if buffer.count > readAhead { held.append(action) } else { read(action) }
        case .readWork(let node):
            readWork(of: node)
        case .wake(let moment):
            let delay = max(0, Int(moment / .microseconds(1)) - (timeline.now - start))
            timeline.schedule(after: delay + 1) { [self] in
                guard !isOver else { return }
                coordinator.tick(now: now)
                perform()
            }
        case .report(let event):
            if let trace { trace(event, timeline.now) }
        case .finish(let report): outcome = .finished(report)
        case .fail(let error): outcome = .failed(error)
        }
    }

    private func loadTopology() {
        timeline.schedule(after: latency) { [self] in
            guard !isOver else { return }
            let running = cluster.nodes.filter { $0.process?.isRunning == true }
            if var topology = running.randomElement(using: &random)?.topology, !chance(2) {
                // Every node knows of every other one, also of those that have failed.
                topology.knownNodes = Set(cluster.nodes.map(\.id))
                coordinator.topologyLoaded(topology, now: now)
            } else {
                coordinator.topologyFailed(ScanFailure(.rediscover, .unreachable, "nobody answers"), now: now)
            }
            perform()
        }
    }

    private func readStatus(_ lane: LaneID, _ node: ClusterNode, _ statusRequest: Int, fresh: Bool) {
        if !fresh, let connection = connections[node.address], connection.isOpen,
            let status = connection.status
        {
            timeline.schedule(after: 0) { [self] in
                guard !isOver else { return }
                tell(lane, statusRequest, status)
                perform()
            }
            return
        }
        request(lane, node, connecting: true) { node, process in
            self.status(of: node, process)
        } then: { status in
            self.connections[node.address]?.status = status
            self.tell(lane, statusRequest, status)
        }
    }

    private func status(of node: SimulatedNode, _ process: SimulatedProcess) -> NodeStatus {
        var status = node.status(of: process)
        let age = timeline.now - process.startedAt
        status.seesMajority = node.seesMajority(at: timeline.now, knowsAfter: 5000)
        if cluster.tellsHealth {
            status.health = ClusterHealth(
                isOK: age >= SimulatedCluster.startWindow,
                currentEpoch: status.highestEpoch ?? 0
            )
        }
        status.uptime = .microseconds(age)
        status.replication =
            node.isPrimary
            ? ReplicationInfo(isReplica: false, offset: node.offset)
            : ReplicationInfo(
                isReplica: true,
                offset: node.offset,
                isLinkUp: node.linkDownUntil <= timeline.now,
                isSyncing: node.syncUntil > timeline.now
            )
        return status
    }

    private func tell(_ lane: LaneID, _ statusRequest: Int, _ status: NodeStatus) {
        let isClosing = lanesWithPages.contains(lane)
        if !isClosing { openings[lane, default: [:]][status.nodeID] = status }
        let opening = isClosing ? openings[lane]?[status.nodeID] : nil
        var told = falsehood?.told(status, opening: opening) ?? status
        if falsehood == .unheard, coordinator.isHearing(lane) {
            // It answers, and says nothing of slots.
            told.slots = SlotSet()
            told.role = .primary
            told.seesMajority = true
        }
        coordinator.statusRead(lane, statusRequest: statusRequest, told, now: now)
    }

    private func read(_ action: ScanAction) {
        switch action {
        case .readPage(let lane, let node, let cursor, let asked):
            let count = count ?? 1 + asked % 6
            request(lane, node, connecting: false) { _, process in
                process.keyspace.scan(cursor, count: count)
            } then: { page in
                self.lanesWithPages.insert(lane)
                let keys = self.batch(page.keys)
                let batch = self.coordinator.pageRead(lane, next: page.next, keys: keys, now: self.now)
                self.buffered(
                    self.falsehood == .unfilteredPages
                        ? batch.map { ScanBatch(keys: keys, cursor: $0.cursor, node: $0.node) } : batch
                )
            }
        case .readSlots(let lane, let node, let reads):
            request(lane, node, connecting: false) { _, process in
                (
                    reads.snapshots.map { self.keys(of: $0, in: process.keyspace) },
                    reads.counts.map { process.keyspace.keys(in: $0).count }
                )
            } then: { reply in
                self.lanesWithPages.insert(lane)
                let batch = self.coordinator.slotsRead(
                    lane,
                    SlotBurstReply(
                        keys: self.batch(reply.0.flatMap { $0 }),
                        lengths: reply.0.map(\.count),
                        counts: reply.1
                    ),
                    now: self.now
                )
                self.buffered(batch)
            }
        default: break
        }
    }

    private func keys(of snapshot: SlotBurst.Snapshot, in keyspace: SimulatedKeyspace) -> [Int] {
        let keys = keyspace.keys(in: snapshot.slot).prefix(snapshot.limit)
        return Array(falsehood == .wholeSnapshots ? keys.prefix(snapshot.limit - 1) : keys)
    }

    /// Servers say anything, late or not at all, and may forget what they said.
    private func readWork(of node: ClusterNode) {
        var random = SplitMix64(state: UInt64(timeline.now))
        timeline.schedule(after: Int.random(in: 20...2000, using: &random)) { [self] in
            guard !isOver else { return }
            let statistics = CommandStatistics(
                scanMicroseconds: Int.random(in: 0...timeline.now, using: &random),
                otherCalls: Int.random(in: 0...timeline.now, using: &random)
            )
            coordinator.workRead(of: node, random.next() % 8 == 0 ? nil : statistics, now: now)
            perform()
        }
    }

    private func batch(_ keys: [Int]) -> KeyBatch { KeyBatch(keys.map { cluster.universe.names[$0] }) }

    // MARK: Consumer

    private func buffered(_ batch: ScanBatch?) {
        guard let batch else { return }
        buffer.append(batch)
        timeline.schedule(after: Int.random(in: 0...600, using: &random)) { [self] in consume() }
    }

    private func consume() {
        guard !isStopped, let batch = buffer.popFirst() else { return }
        consumer(batch, falsehood == .cursorReadAhead ? ScanCursor(coordinator.progress) : batch.cursor)
        let reads = held
        held = []
        for read in reads { perform(read) }
        perform()
    }

    var hasHandedEverything: Bool { buffer.isEmpty }

    // MARK: Network

    private var latency: Int { Int.random(in: 20...200, using: &random) * (chance(2) ? 10 : 1) }

    private func request<Reply>(
        _ lane: LaneID,
        _ node: ClusterNode,
        connecting: Bool,
        _ execute: @escaping (SimulatedNode, SimulatedProcess) -> Reply,
        then: @escaping (Reply) -> Void
    ) {
        let open = connections[node.address].flatMap { $0.isOpen ? $0 : nil }
        guard open != nil || connecting else {
            fail(lane, "the connection was lost", after: 0)
            return
        }
        timeline.schedule(after: latency) { [self] in
            guard !isOver else { return }
            let connection: Connection
            if let open {
                connection = open
            } else if let again = connections[node.address], again.isOpen {
                connection = again
            } else if let listener = cluster.listener(at: node.address), let process = listener.process {
                connection = Connection(node: listener, process: process)
                connections[node.address] = connection
            } else {
                fail(lane, "refused", after: latency)
                return
            }
            guard connection.isOpen, connection.process.isRunning else {
                connection.isOpen = false
                fail(lane, "closed", after: chance(10) ? 3000 : 0)
                return
            }
            if connection.process.loadingUntil > timeline.now {
                fail(lane, "LOADING", after: latency, .wait)
                return
            }
            let reply = execute(connection.node, connection.process)
            connection.process.keyspace.rehashStep()
            if chance(0.7) {
                // The reply is lost on its way, or the connection is cut.
                connection.isOpen = false
                fail(lane, "timed out", after: 3000)
                return
            }
            timeline.schedule(after: latency) { [self] in
                guard !isOver else { return }
                guard connection.isOpen else {
                    fail(lane, "closed", after: 0)
                    return
                }
                then(reply)
                perform()
            }
        }
    }

    private func fail(
        _ lane: LaneID,
        _ message: String,
        after delay: Int,
        _ remedy: ScanFailure.Remedy = .rediscover
    ) {
        timeline.schedule(after: delay) { [self] in
            guard !isOver else { return }
            lanesWithPages.remove(lane)
            coordinator.laneFailed(lane, ScanFailure(remedy, .unreachable, message), now: now)
            perform()
        }
    }
}
