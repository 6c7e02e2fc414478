extension ScanCoordinator {
    // MARK: Asking

    mutating func requestStatuses(of id: LaneID, entering phase: Lane.Phase, fresh: Bool) {
        guard var lane = lanes[id] else { return }
        lane.phase = phase
        lane.receivedStatuses = [:]
        lane.statusRequest += 1
        lane.isAskedAfresh = fresh
        lanes[id] = lane
        requestNextStatus(of: id)
    }

    /// Asks one status source after the other. At the end the last comes first: the source of a migration is
    /// asked after its destination, so that nothing can have come back to it unnoticed.
    private mutating func requestNextStatus(of id: LaneID) {
        guard let lane = lanes[id] else { return }
        let silent = lane.statusSources.filter { lane.receivedStatuses[$0.id] == nil }
        guard let node = lane.phase == .closing ? silent.last : silent.first else { return }
        act(.readStatus(id, of: node, statusRequest: lane.statusRequest, fresh: lane.isAskedAfresh))
    }

    /// Goes on reading, or asks the status sources once there is something to credit.
    mutating func askForMore(_ id: LaneID, now: Duration) {
        guard let node = lanes[id]?.node, let record = progress.lanes[id] else { return }
        switch record.position {
        case .scan(let cursor):
            guard mayCall(node, for: id, now: now) else { return }
            let count = adaptiveCount(of: node).count
            adaptiveCounts[node.id]?.called(keys: count, now: now)
            if lanes[id]?.phase != .reading { lanes[id]?.phase = .reading }
            act(.readPage(id, of: node, cursor: cursor, count: count))
        case .slots(let position):
            let read = record.claims.count(below: position)
            guard read < portion(of: id), read < record.claims.count else { fallthrough }
            guard mayCall(node, for: id, now: now) else { return }
            askForSlots(id, from: position, now: now)
        case .walked:
            requestStatuses(of: id, entering: .closing, fresh: true)
        }
    }

    // MARK: Events

    /// A node has said what it is.
    package mutating func statusRead(_ id: LaneID, statusRequest: Int, _ status: NodeStatus, now: Duration) {
        guard !isEnded else { return }
        guard !isHearing(id) else {
            heard(id, status, now: now)
            return
        }
        var status = status
        if policy.readsWithoutMajority {
            status.seesMajority = true
            status.health = nil
        }
        guard var lane = lanes[id], lane.statusRequest == statusRequest else { return }
        reachability.answered()
        for (peer, address) in status.peers {
            peers[peer.prefix] = ClusterNode(id: peer, address: address)
        }
        guard lane.statusSources.contains(where: { $0.id == status.nodeID }) else {
            // An address is not an identity: another node answers there now, and maybe for ever.
            let node = lane.node
            let cause = ScanFailure(
                .rediscover,
                .unreachable,
                "node \(status.nodeID) answers there, not \(node.id)",
                at: node.address
            )
            stalled.note(slotsAtStake(in: id), cause: cause, now: now)
            scheduleGivingUp()
            restart(id, reason: "node \(status.nodeID.description.prefix(8)) answers at its address")
            suspectTopology(now: now)
            plan(now: now)
            return
        }
        learnOwners(from: status)
        hearing.answered(status.nodeID)
        lane.receivedStatuses[status.nodeID] = status
        lanes[id] = lane
        guard let statuses = lane.statuses else {
            if let record = progress.lanes[id], isOver(record, says: status) {
                restart(id, reason: "the migration of its slots is over", isLoss: true, now: now)
                suspectTopology(now: now)
                plan(now: now)
            } else {
                requestNextStatus(of: id)
            }
            return
        }
        // In a large cluster they are long, and of no use once all are there.
        lanes[id]?.receivedStatuses = [:]
        switch lane.phase {
        case .opening:
            if let record = progress.lanes[id] {
                if findDestination(of: id, record, now: now) { return }
                reopen(id, record, statuses, now: now)
            } else {
                open(id, statuses, now: now)
            }
        case .closing:
            closeOnceHeard(id, statuses, now: now)
        case .resting, .reading, .pausing:
            break
        }
    }

    /// A page has arrived.
    ///
    /// - Parameters:
    ///   - id: The lane that asked for it.
    ///   - next: The server's cursor for the page after it; 0 when there is none.
    ///   - keys: What the server returned.
    ///   - now: The time since the start.
    /// - Returns: What is to be handed to the consumer, with the cursor that stands for it and all before it.
    package mutating func pageRead(_ id: LaneID, next: UInt64, keys: consuming KeyBatch, now: Duration)
        -> ScanBatch?
    {
        guard !isEnded, let lane = lanes[id], let record = progress.lanes[id], lane.phase == .reading else {
            return nil
        }
        guard !closesCycle(id, record, next) else {
            misread(CursorCycle.message, at: lane.node)
            return nil
        }
        var batch = keys
        // R2: keys of slots the lane has not claimed belong to another lane, or to none.
        keepClaimed(&batch, of: id, record.claims)
        stalled.clear(record.claims)
        if lane.failures > 0 { lanes[id]?.failures = 0 }
        tally.pages += 1
        note(batch, of: id)
        progress.lanes.move(id, to: next == 0 ? .walked : .scan(next))
        // R9: the cursor is taken now, when this batch is the last one handed on.
        rememberLosses(now: now)
        let delivery = ScanBatch(keys: batch, cursor: ScanCursor(progress), node: lane.node)
        if walksOn(lane, to: next) {
            // Nothing is wrong with what it returns, but it would cost a walk over the whole node.
            serversWalkOn = true
            restart(id, reason: "the server does not walk the slot of the pattern alone")
            plan(now: now)
        } else {
            askForMore(id, now: now)
        }
        return delivery
    }

    private mutating func closesCycle(_ id: LaneID, _ record: LaneRecord, _ next: UInt64) -> Bool {
        guard case .scan(let cursor) = record.position else { return false }
        var cycle = lanes[id]?.cycle ?? CursorCycle(from: cursor)
        defer { lanes[id]?.cycle = cycle }
        return cycle.closes(with: next)
    }

    /// A server answered in a way that no server does: asking again cannot help.
    mutating func misread(_ message: String, at node: ClusterNode) {
        end(.fail(ClusterScanError(ScanFailure(.giveUp, .protocolViolation, message, at: node.address))))
    }

    /// Counts what is handed out.
    mutating func note(_ batch: KeyBatch, of id: LaneID) {
        tally.batches += 1
        progress.keysReturned = progress.keysReturned.addingClamped(UInt64(batch.count))
        if let node = lanes[id]?.handOut(keys: batch.count) { readNodes.insert(node) }
    }

    /// Reports a lane that begins.
    mutating func began(_ id: LaneID) {
        guard let node = lanes[id]?.node, let record = progress.lanes[id] else { return }
        tally.lanes += 1
        let strategy: ScanStrategy = if case .slots = record.position { .slots } else { .scan }
        act(.report(.laneStarted(node, slots: record.claims, strategy: strategy)))
    }

    // MARK: Opening

    /// R1: claims the open slots that the node itself says it serves.
    private mutating func open(_ id: LaneID, _ statuses: [NodeStatus], now: Duration) {
        guard let own = statuses.first, let primary = statuses.last else { return }
        guard primary.role == .primary, primary.seesMajority else {
            abandonOpening(id, now: now, isAlone: primary.role == .primary)
            return
        }
        if own.nodeID != primary.nodeID, own.role != .replica(of: primary.nodeID) {
            avoided.insert(own.nodeID)
            abandonOpening(id, now: now)
            return
        }
        guard !isNotYetBelieved(primary) else {
            waitForBelief(id, now: now)
            return
        }
        if own.nodeID != primary.nodeID, !mayOpenReplica(id, own, behind: primary, now: now) { return }
        lanes[id]?.served = primary.slots
        let served = openSlots.intersection(primary.slots).subtracting(lostSlots.held(at: now))
        let moving = served.intersection(primary.marked)
        var claims = served.subtracting(moving)
        // R14: what does not stand still is read apart from what does.
        if !claims.isSubset(of: lostSlots.restless) { claims.subtract(lostSlots.restless) }
        guard !served.isEmpty else {
            abandonOpening(id, now: now)
            return
        }
        let startedMigrations = claimMigrations(of: moving, at: primary)
        guard !claims.isEmpty else {
            lanes[id] = nil
            if !startedMigrations { waitForMarks(on: moving, now: now) }
            plan(now: now)
            return
        }
        let position = firstPosition(for: claims, at: own)
        if position != .scan(0) {
            claims.subtract(largeSlots)
        } else {
            let slot = slotWalkedAlone(by: own)
            lanes[id]?.slotWalkedAlone = slot
        }
        progress.lanes[id] = LaneRecord(
            nodeIndex: shardIndex(of: primary.nodeID.prefix) ?? 0,
            process: ProcessMark(node: own.nodeID.prefix, run: own.runID.prefix, epoch: primary.configEpoch),
            hadHighestEpoch: hasHighestEpoch(primary),
            position: position,
            claims: claims
        )
        began(id)
        askForMore(id, now: now)
        if startedMigrations { plan(now: now) }
    }

    /// The node is not what the topology said. It may never be: after epochs collided in a reshard, two
    /// nodes can take each other to be the owner of a slot for ever.
    private mutating func abandonOpening(_ id: LaneID, now: Duration, isAlone: Bool = false) {
        let cause = ScanFailure(
            .rediscover,
            .slotsNotCovered,
            isAlone
                ? "the node does not see most of the primaries, and may have been replaced without knowing it"
                : "the node does not serve these slots as their primary, though another node says so",
            at: lanes[id]?.statusSources.last?.address
        )
        stalled.note(slotsAtStake(in: id), cause: cause, now: now)
        lanes[id] = nil
        suspectTopology(now: now)
        scheduleGivingUp()
    }

    /// R7: a lane carries on only with the process that gave its cursor.
    private mutating func reopen(_ id: LaneID, _ record: LaneRecord, _ statuses: [NodeStatus], now: Duration)
    {
        guard let lane = lanes[id], let own = statuses.first(where: { $0.nodeID == lane.node.id }) else {
            return
        }
        if record.process.run == 0 {
            openDestination(id, record, statuses, now: now)
            return
        }
        guard record.process.isSameProcess(as: own) else {
            restart(id, reason: "its server process was replaced", isLoss: true, now: now)
            suspectTopology(now: now)
            plan(now: now)
            return
        }
        let gone = record.claims.subtracting(stillServed(by: record, statuses))
        guard gone.isEmpty else {
            // What was said when the connection was opened may be older than the lane.
            if lane.isAskedAfresh {
                leave(gone, id, record, now: now)
            } else {
                requestStatuses(of: id, entering: .opening, fresh: true)
            }
            return
        }
        // After a failure the status is fresh: a lane that can no longer be credited is not worth finishing.
        if lane.failures > 0, credit(for: record, statuses).isEmpty {
            restart(id, reason: "its node no longer serves its slots", isLoss: true, now: now)
            suspectTopology(now: now)
            plan(now: now)
            return
        }
        askForMore(id, now: now)
    }

    /// The claims that the nodes of a lane still serve, by what they say of slots alone.
    private func stillServed(by record: LaneRecord, _ statuses: [NodeStatus]) -> SlotSet {
        guard let first = statuses.first, let last = statuses.last else { return record.claims }
        switch record.purpose {
        case .owned:
            guard last.role == .primary else { return record.claims }
            return record.claims.intersection(last.slots).subtracting(last.marked)
        case .migrationSource(let destination):
            guard first.role == .primary else { return record.claims }
            return record.claims.intersection(first.slots).intersection(first.migratingSlots(to: destination))
        case .migrationDestination:
            guard first.role == .primary else { return record.claims }
            return record.claims.intersection(first.slots)
                .intersection(first.migratingSlots(to: record.process.node))
        }
    }

    /// R4: goes on without slots that are seen to have left: they may come back with nothing to show for it.
    private mutating func leave(_ gone: SlotSet, _ id: LaneID, _ record: LaneRecord, now: Duration) {
        suspectTopology(now: now)
        if gone == record.claims {
            restart(id, reason: "its slots have left its node", isLoss: true, now: now)
        } else {
            tally.restarts += 1
            progress.lanes[id]?.claims.subtract(gone)
            lose(
                gone,
                begun: begunSlots(of: record),
                at: lanes[id]?.node,
                reason: "they have left their node",
                now: now
            )
            if lanes[id] != nil { askForMore(id, now: now) }
        }
        plan(now: now)
    }

    // MARK: Closing

    /// R3: credits what was read, as far as the status sources bear it out; the rest is open again.
    mutating func close(_ id: LaneID, _ statuses: [NodeStatus], now: Duration) {
        guard let lane = lanes[id], var record = progress.lanes[id] else { return }
        let (before, read) = (record, readSlots(of: record))
        // What the source of a migration has is credited with what the destination has, and vetoed then.
        let vetoed = needsHearing(record) ? vetoed(id, record) : SlotSet()
        let sound = credit(for: record, statuses).subtracting(vetoed)
        let earned = read.intersection(sound)
        let lost = record.claims.subtracting(sound)
        if !lost.isDisjoint(with: read) { tally.keysReadAgain += lane.uncreditedKeys }
        lanes[id]?.uncreditedKeys = 0
        if case .walked = record.position, let last = statuses.last { noteLeftOver(lane, last) }
        record.claims = sound.subtracting(read)
        // Snapshots go on with what is left; a walk over the node has nothing left.
        progress.lanes[id] = record.claims.isEmpty ? nil : record
        if record.claims.isEmpty { lanes[id] = nil }

        if case .migrationSource(let destination) = record.purpose {
            beginDestination(of: earned, at: destination, after: record)
        } else {
            if !earned.isEmpty { fruitlessLoads = 0 }
            progress.covered.formUnion(earned)
            stalled.clear(earned)
            gain(earned, at: lane.node, now: now)
            if let last = statuses.last { noteRead(earned, of: record, at: lane.node, last) }
            act(.report(.laneEnded(lane.node, covered: earned, lost: lost)))
        }
        if !lost.isEmpty {
            tally.restarts += 1
            suspectTopology(now: now)
            lose(
                lost,
                begun: begunSlots(of: before),
                at: lane.node,
                reason: "they moved, or their node changed",
                now: now
            )
        }
        if record.claims.isEmpty {
            plan(now: now)
        } else {
            askForMore(id, now: now)
        }
    }

    /// R3: the claims that may be credited, given what the status sources say after the last page.
    func credit(for record: LaneRecord, _ statuses: [NodeStatus]) -> SlotSet {
        guard let first = statuses.first, let last = statuses.last else { return SlotSet() }
        switch record.purpose {
        case .owned:
            guard record.process.isSameProcess(as: first), last.role == .primary, last.seesMajority,
                last.configEpoch == record.process.epoch,
                first.nodeID == last.nodeID
                    || (first.role == .replica(of: last.nodeID) && first.replication?.follows ?? false)
            else { return SlotSet() }
            return record.claims.intersection(last.slots).subtracting(last.marked)
        case .migrationSource(let destination):
            return record.claims.intersection(
                stillMigrating(from: record.process, to: destination, says: first)
            )
        case .migrationDestination(let source):
            guard record.process.isSameProcess(as: last), last.configEpoch == record.process.epoch,
                last.seesMajority
            else { return SlotSet() }
            return record.claims
                .intersection(stillMigrating(from: source, to: record.process.node, says: first))
                .intersection(last.importedSlots.union(last.disownedSlots(of: first)))
        }
    }

    /// Whether the source of a migration says that it sends the lane's slots no more: then it is of no use to
    /// wait for the destination, which may be anywhere by now.
    private func isOver(_ record: LaneRecord, says status: NodeStatus) -> Bool {
        guard case .migrationDestination(let source) = record.purpose, status.nodeID.prefix == source.node
        else { return false }
        return record.claims.isDisjoint(
            with: stillMigrating(from: source, to: record.process.node, says: status)
        )
    }

    /// The slots that a source still sends to a destination, if nothing else about the source has changed.
    func stillMigrating(from source: ProcessMark, to destination: UInt64, says status: NodeStatus) -> SlotSet
    {
        guard source.isSameProcess(as: status), status.configEpoch == source.epoch, status.role == .primary,
            status.seesMajority
        else { return SlotSet() }
        return status.slots.intersection(status.migratingSlots(to: destination))
    }
}
