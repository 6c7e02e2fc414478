/// R13: before anything is credited, others are heard. A primary that was replaced, or that gave a slot away,
/// may not know it: the cluster bus can be silent where clients still get through.
struct Hearing: Sendable {
    /// A lane that has been told by its own nodes that it may be credited.
    struct Claimant: Sendable {
        let lane: LaneID
        let statusRequest: Int
        let statuses: [NodeStatus]
    }

    /// Those that came while others were being heard for: what was said before does not count for them.
    var waiting: [Claimant] = []
    /// Those that are being heard for.
    var served: [Claimant] = []
    /// The nodes that have not answered yet, by the names of the questions.
    var asked: [LaneID: ClusterNode] = [:]
    /// The primaries that have answered.
    var heard: Set<NodeID> = []
    /// How often in a row nodes have not answered: each time costs a time limit.
    var failures: [NodeID: Int] = [:]
    /// Where to begin among many.
    var turn = 0
    /// From then on the word of most is enough: a node that does not answer costs a time limit.
    var deadline = Duration.zero
    static let longestWait = Duration.milliseconds(250)

    /// Whether a node was silent twice in a row. It may be the only one that knows, so once is not enough.
    func isSilent(_ node: NodeID) -> Bool { failures[node, default: 0] > 1 }

    /// How many primaries are asked in large clusters.
    static let mostAsked = 5

    /// How many primaries must have been heard, of so many.
    static func quorum(of primaries: Int) -> Int { min(primaries / 2 + 1, mostAsked) }
}

extension ScanCoordinator {
    /// Whether this names a question to a node that is heard, and no lane.
    package func isHearing(_ id: LaneID) -> Bool { hearing.asked[id] != nil }

    /// Credits a lane once others have been heard.
    mutating func closeOnceHeard(_ id: LaneID, _ statuses: [NodeStatus], now: Duration) {
        guard let record = progress.lanes[id], let lane = lanes[id] else { return }
        if statuses.contains(where: { isNotYetBelieved($0) }) {
            waitForBelief(id, now: now)
            return
        }
        guard let topology, topology.isCluster, needsHearing(record), !credit(for: record, statuses).isEmpty
        else {
            close(id, statuses, now: now)
            return
        }
        hearing.waiting.append(
            Hearing.Claimant(lane: id, statusRequest: lane.statusRequest, statuses: statuses)
        )
        beginHearing(now: now)
    }

    private func needsHearing(_ record: LaneRecord) -> Bool {
        if case .migrationSource = record.purpose { false } else { true }
    }

    /// Asks others, a handful in large clusters, unless that is under way.
    private mutating func beginHearing(now: Duration) {
        guard hearing.served.isEmpty, !hearing.waiting.isEmpty, let topology, !isEnded else { return }
        hearing.served = hearing.waiting
        hearing.waiting = []
        hearing.heard = []
        let sources = Set(hearing.served.flatMap { $0.statuses.map(\.nodeID) })
        let isLone = hearing.served.count == 1
        for node in nodesToHear(in: topology) where !(isLone && sources.contains(node.id)) {
            ask(node)
        }
        hearing.deadline = now + Hearing.longestWait
        if hearing.asked.isEmpty { endHearing(now: now) } else { act(.wake(at: hearing.deadline)) }
    }

    /// Ends a hearing whose time has passed, if most have answered.
    mutating func endOverdueHearing(now: Duration) {
        guard !hearing.served.isEmpty, now >= hearing.deadline,
            hearing.served.allSatisfy({ hasQuorum($0) })
        else { return }
        for node in hearing.asked.values { hearing.failures[node.id, default: 0] += 1 }
        hearing.asked = [:]
        endHearing(now: now)
    }

    /// How many primaries have said who owns the slots of a claimant, and whether these are enough.
    private func primariesHeard(for claimant: Hearing.Claimant) -> Int {
        hearing.heard.union(claimant.statuses.filter { $0.role == .primary }.map(\.nodeID)).count
    }

    private func hasQuorum(_ claimant: Hearing.Claimant) -> Bool {
        primariesHeard(for: claimant) >= Hearing.quorum(of: topology?.shards.count ?? 1)
    }

    private mutating func ask(_ node: ClusterNode) {
        let id = LaneID(rawValue: nextLane)
        nextLane += 1
        hearing.asked[id] = node
        act(.readStatus(id, of: node, statusRequest: 0, fresh: true))
    }

    private mutating func nodesToHear(in topology: ClusterTopology) -> [ClusterNode] {
        let count = topology.shards.count
        let start = count > Hearing.mostAsked ? hearing.turn % count : 0
        hearing.turn = (start + Hearing.mostAsked) % max(1, count)
        // Those that were silent come last, and only where they are needed.
        var answering: [ClusterNode] = []
        var silent: [ClusterNode] = []
        for offset in 0..<count where answering.count < Hearing.mostAsked {
            let node = topology.shards[(start + offset) % count].primary
            if isFailing(node.id) || hearing.isSilent(node.id) {
                silent.append(node)
            } else {
                answering.append(node)
            }
        }
        let missing = Hearing.quorum(of: count) - answering.count
        return answering + silent.prefix(max(0, missing))
    }

    /// Whether a lane has failed at a node and waits: to ask it would cost another time limit.
    private func isFailing(_ node: NodeID) -> Bool {
        lanes.pausing.contains { lanes[$0]?.node.id == node }
    }

    /// A node that is heard has answered.
    mutating func heard(_ id: LaneID, _ status: NodeStatus, now: Duration) {
        guard let node = hearing.asked.removeValue(forKey: id) else { return }
        if status.nodeID == node.id {
            words.heard(status)
            hearing.failures[node.id] = nil
            if status.role == .primary, status.seesMajority, !isNotYetBelieved(status) {
                hearing.heard.insert(node.id)
            }
        } else {
            hearing.failures[node.id, default: 0] += 1
        }
        if hearing.asked.isEmpty { endHearing(now: now) }
    }

    /// A node that is heard has not answered.
    mutating func notHeard(_ id: LaneID, now: Duration) {
        guard let node = hearing.asked.removeValue(forKey: id) else { return }
        hearing.failures[node.id, default: 0] += 1
        if !hearing.isSilent(node.id), !isEnded, !isFailing(node.id) {
            ask(node)
            return
        }
        if hearing.asked.isEmpty { endHearing(now: now) }
    }

    private mutating func endHearing(now: Duration) {
        // Counted now: what is credited may begin the next hearing.
        let primaries = topology?.shards.count ?? 1
        let served = hearing.served.map { (claimant: $0, count: primariesHeard(for: $0)) }
        hearing.served = []
        var lacksWords = false
        for (claimant, count) in served {
            guard !isEnded, let lane = lanes[claimant.lane], lane.phase == .closing,
                lane.statusRequest == claimant.statusRequest
            else { continue }
            if count >= Hearing.quorum(of: primaries) {
                close(claimant.lane, claimant.statuses, now: now)
            } else {
                lacksWords = true
                laneFailed(
                    claimant.lane,
                    ScanFailure(
                        .wait,
                        .slotsNotCovered,
                        "only \(count) of \(primaries) primaries say who owns the slots",
                        at: lane.node.address
                    ),
                    now: now
                )
            }
        }
        guard !isEnded else { return }
        if lacksWords { suspectTopology(now: now) }
        beginHearing(now: now)
    }

    /// R13: what must not be credited, whatever the lane's own nodes say.
    func vetoed(_ id: LaneID, _ record: LaneRecord) -> SlotSet {
        let owner: ProcessMark
        switch record.purpose {
        case .owned:
            guard let lane = lanes[id], let primary = lane.statusSources.last else { return record.claims }
            owner = ProcessMark(node: primary.id.prefix, run: 0, epoch: record.process.epoch)
        case .migrationSource: owner = record.process
        case .migrationDestination(let source): owner = source
        }
        // A node that imports raises its epoch unless it has the highest: as it had that when the lane began,
        // and has it no more, a slot may have left and come back without a trace.
        if lanes[id]?.hadHighestEpoch ?? false, words.highestEpoch > owner.epoch { return record.claims }
        return words.contested(record.claims, of: owner.node, at: owner.epoch)
    }

    /// Whether no epoch above this node's is known: then it would not raise it on importing a slot.
    func hasHighestEpoch(_ status: NodeStatus) -> Bool {
        max(words.highestEpoch, status.highestEpoch ?? 0) <= status.configEpoch
    }

    // MARK: R15

    /// R15: whether a process has started, or come back to the others, so recently that it may have been
    /// replaced without knowing it. It may be empty, while its replica, which has the keys, is being elected.
    func isNotYetBelieved(_ status: NodeStatus) -> Bool {
        guard status.nodeID != .standalone, status.role == .primary else { return false }
        let isYoung = status.uptime.map { $0 < policy.startWindow } ?? false
        guard let health = status.health else { return isYoung }
        return health.failsWithoutReason || (!health.isOK && isYoung)
    }

    /// Asks again later.
    mutating func waitForBelief(_ id: LaneID, now: Duration) {
        let failure = ScanFailure(
            .wait,
            .slotsNotCovered,
            "the node has just started and may have been replaced meanwhile",
            at: lanes[id]?.node.address
        )
        laneFailed(id, failure, now: now)
    }
}
