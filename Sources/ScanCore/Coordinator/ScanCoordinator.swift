import DequeModule

/// Decides, for one iteration, which node is asked what and which slots count as covered. Does no I/O and
/// knows no clock: events come in through mutating functions, with the time since the start, and actions
/// are taken out.
///
/// The rules R1 to R15 it implements, and why they keep the promise, are in `Docs/Guarantee.md`.
package struct ScanCoordinator: Sendable {
    let query: ScanQuery
    let policy: ScanPolicy

    /// How far the iteration has come: the state of every cursor.
    package internal(set) var progress: ScanProgress
    package internal(set) var topology: ClusterTopology?
    /// Whether a topology was that of the cluster that the cursor knows. From then on it is for the client to
    /// ask nodes of that cluster alone: all those that a mark names may leave it, one after the other.
    private var hasSeenCluster = false
    var tally = ScanReport()
    /// The nodes that have been read.
    var readNodes: Set<NodeID> = []

    var lanes = ActiveLanes()
    /// Lanes of ``progress`` that are not worked on, in order; some may have gone since they were put here.
    var unattended: Deque<LaneID>
    var nextLane: UInt64
    var load = TopologyLoad.idle
    /// Failed or fruitless looks at the topology in a row.
    var fruitlessLoads = 0
    var stalled = StalledSlots()
    var reachability = Reachability()
    /// Slots that were given up.
    var abandoned = SlotSet()
    /// Replicas that failed; their primary is read instead.
    var avoided: Set<NodeID> = []
    /// Slots that turned out too large for a snapshot.
    var largeSlots = SlotSet()
    /// Whether the user may not take snapshots.
    var snapshotsAreForbidden = false
    /// Whether a server that should walk single slots was seen to walk on.
    var serversWalkOn = false
    /// Other ends of migrations, by node id prefix.
    var peers: [UInt64: ClusterNode] = [:]
    /// How the nodes are asked, by node.
    var adaptiveCounts: [NodeID: AdaptiveCount] = [:]
    var backoff: Backoff
    /// R13: what nodes have said of who owns what.
    var words = OwnershipWords()
    /// R13: lanes that wait for others to be heard.
    var hearing = Hearing()
    /// R14: slots that were read and not credited.
    var lostSlots = LostSlots()
    /// R14: how many slots are read by snapshot before they are credited, at nodes where some were lost.
    var portions: [NodeID: Int] = [:]
    /// R14: nodes at which nothing was credited since something was lost there, since when, and how often.
    var fruitless: [NodeID: (since: Duration, losses: Int)] = [:]
    /// Keys of slots that their node does not serve, by node.
    var leftOver: [NodeID: [HashSlot: Int]] = [:]
    /// Slots that were read at these nodes as destinations of migrations.
    var readAtDestination: [NodeID: SlotSet] = [:]
    /// When the first of the slots that are held back may be read again.
    var holdEnds: Duration?
    var isEnded = false

    private var actions: [ScanAction] = []

    enum TopologyLoad: Sendable, Hashable {
        case idle
        case loading
        case pausing(until: Duration)
    }

    /// Prepares to start or carry on an iteration.
    ///
    /// - Parameters:
    ///   - progress: Where the iteration stands.
    ///   - query: What it looks for.
    ///   - topology: A topology read earlier, if there is one; it will be read again when it turns out to be
    ///     old.
    ///   - policy: How to go about it.
    package init(
        progress: ScanProgress,
        query: ScanQuery = ScanQuery(),
        topology: ClusterTopology? = nil,
        policy: ScanPolicy = ScanPolicy()
    ) {
        self.query = query
        self.progress = progress
        self.topology = topology
        self.policy = policy
        unattended = Deque(progress.lanes.ids.sorted())
        nextLane = (unattended.last?.rawValue ?? 0) + 1
        backoff = Backoff(shortest: policy.shortestPause, longest: policy.longestPause, seed: policy.seed)
        recallLosses()
        if let topology, isOfThisCluster(topology) { adoptIndices(of: topology) }
    }

    /// Whether no slot waits for a node that failed.
    package var hasNoStalledSlots: Bool { stalled.isEmpty }

    /// The actions decided on since the last call, in order.
    package mutating func takeActions() -> [ScanAction] {
        guard !actions.isEmpty else { return [] }
        defer { actions = [] }
        return actions
    }

    mutating func act(_ action: ScanAction) {
        actions.append(action)
    }

    // MARK: The cluster

    /// By what a topology is known to be that of the cluster that this iteration reads.
    package var expectedMark: ClusterMark {
        policy.acceptsOtherCluster || hasSeenCluster ? ClusterMark() : progress.mark
    }

    /// R10: whether a topology is that of the cluster that this iteration reads.
    private func isOfThisCluster(_ topology: ClusterTopology) -> Bool { expectedMark.matches(topology) }

    private mutating func refuseCluster() {
        end(.fail(ClusterScanError(ScanFailure.otherCluster)))
    }

    // MARK: Events

    /// The iteration begins. Call once, first.
    package mutating func start(now: Duration) {
        if let holdEnds { act(.wake(at: holdEnds)) }
        guard let topology else { return loadTopology() }
        if isOfThisCluster(topology) { plan(now: now) } else { refuseCluster() }
    }

    /// The topology was read.
    ///
    /// - Parameters:
    ///   - topology: What the node answered.
    ///   - source: The address that answered; `nil` if that does not matter.
    ///   - now: The time since the start.
    package mutating func topologyLoaded(
        _ topology: ClusterTopology,
        from source: NodeAddress? = nil,
        now: Duration
    ) {
        guard !isEnded else { return }
        guard isOfThisCluster(topology) else { return refuseCluster() }
        reachability.topologyRead(topology, from: source)
        load = .idle
        tally.topologyLoads += 1
        self.topology = topology
        adoptIndices(of: topology)
        act(.report(.topologyLoaded(shards: topology.shards.count, servedSlots: topology.servedSlots)))
        followTopology(now: now)
        plan(now: now)
    }

    /// No node answered with the topology.
    package mutating func topologyFailed(_ failure: ScanFailure, now: Duration) {
        guard !isEnded else { return }
        load = .idle
        // Before anything is under way the user is better served by an answer than by patience.
        guard failure.remedy != .giveUp, topology != nil || failure.remedy == .wait else {
            end(.fail(ClusterScanError(failure)))
            return
        }
        fruitlessLoads += 1
        stalled.note(openSlots, cause: failure, now: now)
        pauseTopology(reason: failure, now: now)
        giveUpWhatIsOverdue(now: now)
    }

    /// Time has passed.
    package mutating func tick(now: Duration) {
        guard !isEnded else { return }
        if case .pausing(let until) = load, until <= now {
            loadTopology()
        }
        for id in lanes.resting.filter({ lanes[$0]?.isResting(until: now) ?? false }).sorted() {
            askForMore(id, now: now)
        }
        for id in lanes.pausing.filter({ lanes[$0]?.isPausing(until: now) ?? false }).sorted() {
            guard hasRoom || !isGettingOn else {
                // Its room was taken meanwhile. It waits for a lane to end now, not for its node.
                stalled.putOff(slotsAtStake(in: id), now: now)
                lanes[id] = nil
                leaveUnattended(id)
                continue
            }
            lookUpNodes(of: id)
            requestStatuses(of: id, entering: .opening, fresh: true)
        }
        releaseHeldSlots(now: now)
        endOverdueHearing(now: now)
        giveUpWhatIsOverdue(now: now)
    }

    // MARK: Topology

    private mutating func loadTopology() {
        load = .loading
        act(.loadTopology)
    }

    /// Looks at the topology again, unless that is under way. Looks that led nowhere space the next ones out.
    mutating func suspectTopology(now: Duration) {
        guard load == .idle else { return }
        if fruitlessLoads == 0 {
            fruitlessLoads = 1
            loadTopology()
        } else {
            fruitlessLoads += 1
            pauseTopology(reason: nil, now: now)
        }
    }

    private mutating func pauseTopology(reason: ScanFailure?, now: Duration) {
        let pause = backoff.pause(afterFailures: fruitlessLoads)
        load = .pausing(until: now + pause)
        if let reason {
            tally.retries += 1
            act(.report(.retrying(reason.address, reason: reason.reason, pause: pause)))
        }
        act(.wake(at: now + pause))
    }

    /// Points the indices of lanes into the topology that the next cursor will name.
    private mutating func adoptIndices(of topology: ClusterTopology) {
        progress.fingerprint = topology.fingerprint
        progress.mark = ClusterMark(topology)
        hasSeenCluster = true
        for (id, record) in progress.lanes {
            guard let index = shardIndex(of: record.process.node) else { continue }
            progress.lanes[id]?.nodeIndex = index
        }
    }

    func shardIndex(of prefix: UInt64) -> Int? {
        topology?.locate(prefix: prefix)?.index
    }

    // MARK: End

    mutating func end(_ action: ScanAction) {
        isEnded = true
        lanes.removeAll()
        hearing = Hearing()
        act(action)
    }

    mutating func finish(now: Duration) {
        let leftOver = leftOverKeys
        if !leftOver.isEmpty { act(.report(.keysLeftOver(leftOver))) }
        end(.finish(report(now: now)))
    }

    /// What has been done so far.
    package func report(now: Duration) -> ScanReport {
        var report = tally
        report.keys = progress.keysReturned
        report.nodes = readNodes.count
        report.wanted = progress.wanted
        report.uncovered = progress.wanted.subtracting(progress.covered)
        report.elapsed = now
        report.leftOver = leftOverKeys
        return report
    }

    // MARK: Slots

    /// Slots that are wanted, not covered and not given up.
    package var remaining: SlotSet {
        progress.wanted.subtracting(progress.covered).subtracting(abandoned)
    }

    /// Remaining slots that no lane has claimed.
    var openSlots: SlotSet {
        remaining.subtracting(progress.lanes.claimed)
    }
}
