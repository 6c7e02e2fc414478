import DequeModule
import ScanCore

/// One process that scans, or one call for a page: performs what its coordinator decides, over a network that
/// loses and delays.
final class SimulatedSession {
    enum Outcome {
        case finished(ScanReport)
        case failed(ClusterScanError)
        /// A call for a page has returned; the iteration may have ended with it.
        case page(ScanCursor)
    }

    let cluster: SimulatedCluster
    let timeline: Timeline
    let query: ScanQuery
    let falsehood: Falsehood?
    /// `COUNT`, where it does not adapt: small, as dictionaries are.
    let count: Int?
    var random: SplitMix64
    /// The call, and for a stream its coordinator.
    var call: PageCall
    var network: SimulatedNetwork
    private let isPaged: Bool
    /// Where a call for a page began.
    private var beginning: ScanProgress
    private let start: Int
    private let readAhead: Int
    /// What nodes said when lanes opened, and the lanes that have read since: what comes next is their
    /// closing.
    private var openings: [LaneID: [NodeID: NodeStatus]] = [:]
    var lanesWithPages: Set<LaneID> = []
    private var buffer: Deque<ScanBatch> = []
    private var held: [ScanAction] = []
    private var isPerforming = false
    /// Whether a call for a page waits for an answer: it asks one thing at a time.
    private var isWaiting = false
    private(set) var outcome: Outcome?
    private(set) var isStopped = false
    /// Is handed what the coordinator reports, to follow one seed.
    var trace: ((ScanEvent, Int) -> Void)?
    /// Is handed every batch, with the cursor that comes with it.
    private let consumer: (ScanBatch, ScanCursor) -> Void

    init(
        progress: ScanProgress,
        query: ScanQuery,
        policy: ScanPolicy,
        cluster: SimulatedCluster,
        isPaged: Bool,
        seed: UInt64,
        falsehood: Falsehood? = nil,
        consumer: @escaping (ScanBatch, ScanCursor) -> Void
    ) {
        self.cluster = cluster
        self.query = query
        self.isPaged = isPaged
        timeline = cluster.timeline
        start = timeline.now
        beginning = progress
        random = SplitMix64(state: seed)
        readAhead = Int.random(in: 0...6, using: &random)
        let count = Int.random(in: 1...6, using: &random)
        self.count = policy.count == nil ? nil : count
        self.falsehood = falsehood
        self.consumer = consumer
        network = SimulatedNetwork(seeds: cluster.seeds.shuffled(using: &random))
        var progress = progress
        if falsehood == .forgottenLosses { progress.losses = [] }
        call = PageCall(ScanCoordinator(progress: progress, query: query, policy: policy))
    }

    var coordinator: ScanCoordinator { call.coordinator }
    var now: Duration { .microseconds(timeline.now - start) }
    var isOver: Bool { isStopped || outcome != nil }

    func chance(_ percent: Double) -> Bool { Double.random(in: 0..<100, using: &random) < percent }

    func run() { perform() }

    /// The process is gone from one moment to the next.
    func stop() { isStopped = true }

    /// The next call for a page, by the same process.
    ///
    /// - Returns: Whether it goes on with what was known at the end of the last one.
    func next(from progress: ScanProgress) -> Bool {
        guard !isStopped, let next = call.next(from: progress) else { return false }
        call = next
        beginning = progress
        outcome = nil
        isWaiting = false
        return true
    }

    // MARK: Actions

    /// An answer has come, or time has passed.
    func answered() {
        isWaiting = false
        perform()
    }

    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while !isOver {
            if isPaged {
                guard !isWaiting else { return }
                guard let action = call.nextAction() else { return endPage() }
                perform(action)
            } else {
                let actions = call.coordinator.takeActions()
                guard !actions.isEmpty else { return }
                for action in actions { perform(action) }
            }
        }
    }

    private func perform(_ action: ScanAction) {
        guard !isOver else { return }
        switch action {
        case .loadTopology:
            isWaiting = true
            loadTopology()
        case .readStatus(let lane, let node, let statusRequest, let fresh):
            isWaiting = true
            readStatus(lane, node, statusRequest, fresh: fresh)
        case .readPage, .readSlots:
            isWaiting = true
            if buffer.count > readAhead { held.append(action) } else { read(action) }
        case .readWork(let node):
            if !isPaged { readWork(of: node) }
        case .wake(let moment):
            isWaiting = true
            let delay = max(0, Int(moment / .microseconds(1)) - (timeline.now - start))
            timeline.schedule(after: delay + 1) { [self] in
                guard !isOver else { return }
                call.coordinator.tick(now: now)
                answered()
            }
        case .report(let event):
            trace?(event, timeline.now)
        case .finish(let report):
            outcome = .finished(report)
        case .fail(let error):
            fail(error)
        }
    }

    /// As the library does: keys that are not handed out are not behind the cursor of the error.
    private func fail(_ error: ClusterScanError) {
        var error = error
        let progress = isPaged && call.batch != nil ? beginning : call.coordinator.progress
        error.cursor = ScanCursor(progress)
        outcome = .failed(error)
    }

    private func endPage() {
        let cursor = ScanCursor(call.coordinator.progress)
        if let batch = call.batch { consumer(batch, cursor) }
        outcome = .page(cursor)
    }

    // MARK: Falsehoods

    /// A node has said what it is; the coordinator may hear something else.
    func tell(_ lane: LaneID, _ node: ClusterNode, _ statusRequest: Int, _ status: NodeStatus) {
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
        if falsehood == .addressIsIdentity { told.nodeID = node.id }
        call.coordinator.statusRead(lane, statusRequest: statusRequest, told, now: now)
    }

    // MARK: Consumer

    func received(_ batch: ScanBatch?, ofSlots: Bool) {
        guard let batch else { return }
        guard !isPaged else { return call.take(batch, ofSlots: ofSlots) }
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
}
