/// R13: what other nodes say before a lane is credited.
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

    func needsHearing(_ record: LaneRecord) -> Bool {
        // Those that are left are not enough to be heard.
        guard !policy.readsWithoutMajority else { return false }
        return if case .migrationSource = record.purpose { false } else { true }
    }

    /// Asks others, a handful in large clusters, unless that is under way.
    private mutating func beginHearing(now: Duration) {
        guard hearing.served.isEmpty, !hearing.waiting.isEmpty, let topology, !isEnded else { return }
        hearing.served = hearing.waiting
        hearing.waiting = []
        hearing.heard = []
        let sources = Set(hearing.served.flatMap { $0.statuses.map(\.nodeID) })
        let isLone = hearing.served.count == 1
        for node in nodesToHear(in: topology, now: now) where !(isLone && sources.contains(node.id)) {
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
        for node in hearing.asked.values { hearing.failed(node.id, now: now) }
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

    private mutating func nodesToHear(in topology: ClusterTopology, now: Duration) -> [ClusterNode] {
        let count = topology.shards.count
        let most = Hearing.asked(of: count)
        let start = count > most ? hearing.turn % count : 0
        hearing.turn = (start + most) % max(1, count)
        // Those that were silent come last, and only where they are needed.
        var answering: [ClusterNode] = []
        var silent: [ClusterNode] = []
        for offset in 0..<count where answering.count < most {
            let node = topology.shards[(start + offset) % count].primary
            if isFailing(node.id) || isSilent(node.id, now: now) {
                silent.append(node)
            } else {
                answering.append(node)
            }
        }
        // All of them then: the first may be silent for good, and the next may answer again.
        let isEnough = answering.count >= Hearing.quorum(of: count)
        let asked = answering + silent.prefix(isEnough ? 0 : Hearing.mostOfAll)
        // A rival that is said to own what another node claims may own it no longer. The rival alone can say
        // so, which makes it worth a time limit.
        let rivals = hearing.rivals.sorted().compactMap { node($0, near: 0, in: topology) }
        hearing.rivals = []
        return asked + rivals.filter { !asked.contains($0) }
    }

    /// Whether a node is not to be asked now because it was silent. Later it is asked again: it may be back.
    private func isSilent(_ node: NodeID, now: Duration) -> Bool {
        hearing.isSilent(node, now: now, pause: policy.longestPause * Self.pausesOfSilence)
    }

    private static let pausesOfSilence = 4

    /// Whether a lane has failed at a node and waits: to ask it would cost another time limit.
    private func isFailing(_ node: NodeID) -> Bool {
        lanes.pausing.contains { lanes[$0]?.node.id == node }
    }

    /// A node that is heard has answered.
    mutating func heard(_ id: LaneID, _ status: NodeStatus, now: Duration) {
        guard let node = hearing.asked.removeValue(forKey: id) else { return }
        if status.nodeID == node.id {
            learnOwners(from: status)
            hearing.answered(node.id)
            if status.role == .primary, status.seesMajority, !isNotYetBelieved(status) {
                hearing.heard.insert(node.id)
            }
        } else {
            hearing.failed(node.id, now: now)
        }
        if hearing.asked.isEmpty { endHearing(now: now) }
    }

    /// A node that is heard has not answered.
    mutating func notHeard(_ id: LaneID, now: Duration) {
        guard let node = hearing.asked.removeValue(forKey: id) else { return }
        hearing.failed(node.id, now: now)
        if !isSilent(node.id, now: now), !isEnded, !isFailing(node.id) {
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
    mutating func vetoed(_ id: LaneID, _ record: LaneRecord) -> SlotSet {
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
        if record.hadHighestEpoch, words.highestEpoch > owner.epoch { return record.claims }
        let contested = words.contested(record.claims, of: owner.node, at: owner.epoch)
        hearing.rivals.formUnion(contested.by)
        return contested.slots
    }

    /// Takes what a node says of who owns what.
    mutating func learnOwners(from status: NodeStatus) {
        words.heard(status, quorum: Hearing.quorum(of: topology?.shards.count ?? 1))
    }

    /// Whether a node knows of no epoch above its own: then it would not raise it on importing a slot. What
    /// others know does not count, as the node would not act on it.
    func hasHighestEpoch(_ status: NodeStatus) -> Bool {
        status.highestEpoch.map { $0 <= status.configEpoch } ?? false
    }

    // MARK: R15

    /// R15: whether a process has started, or come back to the others, so recently that it may have been
    /// replaced without knowing it. It may be empty, while its replica, which has the keys, is being elected.
    func isNotYetBelieved(_ status: NodeStatus) -> Bool {
        guard status.nodeID != .standalone, status.role == .primary else { return false }
        let isYoung = status.uptime.map { $0 < policy.startWindow } ?? false
        guard let health = status.health else { return isYoung }
        // Where slots lack an owner it would say so in any case: then its age alone can tell, and costs a
        // cluster that is in trouble anyway no more than the window.
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
