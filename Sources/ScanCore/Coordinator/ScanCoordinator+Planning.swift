import DequeModule

extension ScanCoordinator {
    /// Starts whatever can be started, and ends the iteration when nothing remains.
    mutating func plan(now: Duration) {
        guard !isEnded else { return }
        guard !remaining.isEmpty else {
            finish(now: now)
            return
        }
        guard let topology else { return }
        resumeRecordedLanes(in: topology, now: now)
        startOwnedLanes(in: topology, now: now)
        noteUnservedSlots(in: topology, now: now)
        if !stalled.isEmpty, !hasRoom, isGettingOn {
            // These wait for a lane to end, not for a node to answer.
            let waiting = openSlots.intersection(topology.servedSlots).subtracting(slotsOfOpeningLanes)
            stalled.putOff(waiting, now: now)
        }
    }

    private var slotsOfOpeningLanes: SlotSet {
        lanes.ids.reduce(into: SlotSet()) { slots, id in
            if progress.lanes[id] == nil { slots.formUnion(slotsAtStake(in: id)) }
        }
    }

    /// Whether another lane may work. Lanes that pause after a failure leave their room to others, so that a
    /// node that is down does not keep those behind it from being read.
    var hasRoom: Bool {
        policy.maximumLanes.map { lanes.working < $0 } ?? true
    }

    /// Whether some lane has found its node and works there.
    var isGettingOn: Bool { lanes.areGettingOn }

    /// Leaves a lane that has begun to the next one who has room for it.
    mutating func leaveUnattended(_ id: LaneID) {
        let isNewest = unattended.last.map { $0 < id } ?? true
        unattended.insert(id, at: isNewest ? unattended.count : unattended.firstIndex { $0 > id } ?? 0)
    }

    /// Takes up the lanes of the cursor that are not worked on.
    private mutating func resumeRecordedLanes(in topology: ClusterTopology, now: Duration) {
        while hasRoom, let id = unattended.popFirst() {
            guard let record = progress.lanes[id], lanes[id] == nil else { continue }
            guard let lane = lane(id, for: record, in: topology) else {
                restart(id, reason: "its node is no longer in the cluster", isLoss: true, now: now)
                continue
            }
            lanes[id] = lane
            // A node that has not been found yet may be named by what its source says now.
            let fresh = record.process.run == 0 || !isFound(lane, for: record)
            requestStatuses(of: id, entering: .opening, fresh: fresh)
        }
    }

    private func lane(_ id: LaneID, for record: LaneRecord, in topology: ClusterTopology) -> Lane? {
        guard let node = node(record.process.node, near: record.nodeIndex, in: topology) else {
            // A destination that serves no slots yet is in no topology. Its source knows it: without asking
            // there, each process that carries on would read the source again, and one that reads a page at
            // a time for ever.
            guard case .migrationDestination(let source) = record.purpose,
                let source = self.node(source.node, near: record.nodeIndex, in: topology)
            else { return nil }
            return Lane(id: id, isOwned: false, node: source, statusSources: [source])
        }
        switch record.purpose {
        case .owned:
            let primary = topology.locate(node.id)?.shard.primary ?? node
            let statusSources = primary == node ? [node] : [node, primary]
            return Lane(id: id, isOwned: true, node: node, statusSources: statusSources)
        case .migrationSource:
            return Lane(id: id, isOwned: false, node: node, statusSources: [node])
        case .migrationDestination(let source):
            guard let source = self.node(source.node, near: record.nodeIndex, in: topology) else {
                return nil
            }
            return Lane(id: id, isOwned: false, node: node, statusSources: [source, node])
        }
    }

    private func isFound(_ lane: Lane, for record: LaneRecord) -> Bool {
        lane.node.id.prefix == record.process.node
    }

    /// Once the source of a migration has said where its destination is: begins there, or starts over.
    ///
    /// - Returns: Whether the lane had to be pointed elsewhere, so that what was said is not to be acted on.
    mutating func findDestination(of id: LaneID, _ record: LaneRecord, now: Duration) -> Bool {
        guard let current = lanes[id], !isFound(current, for: record), let topology else { return false }
        if let lane = lane(id, for: record, in: topology), isFound(lane, for: record) {
            lanes[id]?.node = lane.node
            lanes[id]?.statusSources = lane.statusSources
            requestStatuses(of: id, entering: .opening, fresh: true)
        } else {
            restart(id, reason: "its node is no longer in the cluster", isLoss: true, now: now)
            suspectTopology(now: now)
            plan(now: now)
        }
        return true
    }

    /// Finds a node by the prefix of its id; the index says where it was in the topology of the cursor.
    func node(_ prefix: UInt64, near index: Int, in topology: ClusterTopology) -> ClusterNode? {
        if topology.shards.indices.contains(index), topology.shards[index].primary.id.prefix == prefix {
            return topology.shards[index].primary
        }
        return topology.locate(prefix: prefix)?.node ?? peers[prefix]
    }

    /// R1, first half: looks for lanes at the nodes that serve open slots. What they claim is settled by
    /// what the node itself says.
    private mutating func startOwnedLanes(in topology: ClusterTopology, now: Duration) {
        // While the topology is being read again, the next one decides.
        guard load == .idle, hasRoom else { return }
        let open = openSlots.intersection(topology.servedSlots).subtracting(lostSlots.held(at: now))
        guard !open.isEmpty else { return }
        // Nodes that were in vain come last.
        startOwnedLanes(at: open.subtracting(stalled.slots), in: topology)
        if !stalled.isEmpty { startOwnedLanes(at: open.intersection(stalled.slots), in: topology) }
    }

    /// Goes from slot to slot and not from shard to shard: where few may run at once, there are many shards
    /// and few open slots whenever one ends, or the first few are enough.
    private mutating func startOwnedLanes(at slots: SlotSet, in topology: ClusterTopology) {
        var rest = slots
        while hasRoom, let slot = rest.first, let shard = topology.shard(serving: slot) {
            rest.subtract(shard.slots)
            // A node is walked once at a time.
            guard !lanes.isWalked(shard.primary.id) else { continue }
            let id = LaneID(rawValue: nextLane)
            nextLane += 1
            let node = nodeToRead(of: shard)
            lanes[id] = Lane(
                id: id,
                isOwned: true,
                node: node,
                statusSources: node == shard.primary ? [node] : [node, shard.primary]
            )
            requestStatuses(of: id, entering: .opening, fresh: true)
        }
    }

    private func nodeToRead(of shard: ClusterTopology.Shard) -> ClusterNode {
        guard policy.readPreference == .preferReplicas else { return shard.primary }
        return shard.replicas.first { !avoided.contains($0.id) } ?? shard.primary
    }

    private mutating func noteUnservedSlots(in topology: ClusterTopology, now: Duration) {
        let unserved = openSlots.subtracting(topology.servedSlots)
        guard !unserved.isEmpty else { return }
        func note(_ slots: SlotSet, _ reason: String) {
            let cause = ScanFailure(.rediscover, .slotsNotCovered, reason)
            if !slots.isEmpty { stalled.note(slots, cause: cause, now: now) }
        }
        for lost in topology.unaddressed { note(unserved.intersection(lost.slots), lost.reason) }
        note(
            topology.unaddressed.reduce(into: unserved) { $0.subtract($1.slots) },
            "no node serves these slots"
        )
        suspectTopology(now: now)
        scheduleGivingUp()
    }

    // MARK: Lanes that start over

    /// R7 and R4: forgets a lane. Its slots are open again and will be read from the beginning.
    ///
    /// - Parameters:
    ///   - id: The lane.
    ///   - reason: Why, for reports.
    ///   - isLoss: Whether that counts against the slots (R14).
    ///   - now: The time since the start, where it does.
    mutating func restart(_ id: LaneID, reason: String, isLoss: Bool = false, now: Duration = .zero) {
        let lane = lanes[id]
        lanes[id] = nil
        guard let record = progress.lanes[id] else { return }
        progress.lanes[id] = nil
        defer {
            if isLoss {
                let begun = begunSlots(of: record)
                lose(record.claims, begun: begun, at: lane?.node, reason: reason, now: now)
            }
        }
        tally.restarts += 1
        if let lane {
            tally.keysReadAgain += lane.uncreditedKeys
            act(.report(.laneRestarted(lane.node, slots: record.claims, reason: reason)))
        }
    }

    /// Looks up where the nodes of a lane are by now: an id stays, an address may not.
    mutating func lookUpNodes(of id: LaneID) {
        guard let topology, let record = progress.lanes[id], let again = lane(id, for: record, in: topology)
        else { return }
        lanes[id]?.node = again.node
        lanes[id]?.statusSources = again.statusSources
    }

    /// Lanes in trouble whose slots moved elsewhere are not waited for. Lanes that run well are left alone:
    /// their own nodes know better than others, and are asked before anything is credited.
    mutating func followTopology(now: Duration) {
        guard let topology else { return }
        for id in lanes.pausing.sorted() {
            guard let lane = lanes[id] else { continue }
            guard let record = progress.lanes[id] else {
                // It has claimed nothing yet; planning decides again whom to ask.
                if !lane.statusSources.allSatisfy({ topology.locate($0.id)?.node == $0 }) { lanes[id] = nil }
                continue
            }
            let served = slots(servedFor: record, in: topology)
            let lost = record.claims.subtracting(served)
            guard !lost.isEmpty else { continue }
            if lost == record.claims {
                restart(id, reason: "its slots are served by another node now", isLoss: true, now: now)
            } else {
                progress.lanes[id]?.claims.subtract(lost)
            }
        }
    }

    /// The slots that a lane may still be credited with, as far as the topology knows. A replica may be read
    /// for its shard; slots on the move are sent by a primary, and no longer by one that was replaced.
    private func slots(servedFor record: LaneRecord, in topology: ClusterTopology) -> SlotSet {
        let owner =
            switch record.purpose {
            case .owned, .migrationSource: record.process.node
            case .migrationDestination(let source): source.node
            }
        guard let index = shardIndex(of: owner) else { return SlotSet() }
        let shard = topology.shards[index]
        return record.purpose == .owned || shard.primary.id.prefix == owner ? shard.slots : SlotSet()
    }
}
