/// R5: a slot that moves key by key is read in full at its source, then in full at its destination. Keys
/// only move from source to destination, so a key that is there throughout is seen by the first read or,
/// having moved before that, by the second. The end of the migration is not waited for; if it ends or turns
/// round meanwhile, the slot is read anew.
extension ScanCoordinator {
    /// One lane takes no more moving slots than this, so that little is lost when one migration ends.
    private static let slotsPerLane = 64

    /// Claims slots on the move for lanes that read their source.
    ///
    /// - Returns: Whether there are such lanes.
    mutating func claimMigrations(of slots: SlotSet, at source: NodeStatus) -> Bool {
        var begun = false
        for destination in source.destinations.sorted() {
            var claims = SlotSet()
            let moving = source.migratingSlots(to: destination.prefix).intersection(slots)
            // R14: a migration that did not stand still is not waited for by others.
            let calm = moving.subtracting(lostSlots.restless)
            for slot in calm.isEmpty ? moving.prefix(1) : calm.prefix(Self.slotsPerLane) {
                claims.insert(slot)
            }
            guard !claims.isEmpty, node(destination.prefix) != nil else { continue }
            let position = firstPosition(for: claims, at: source)
            if position != .scan(0) { claims.subtract(largeSlots) }
            let id = LaneID(rawValue: nextLane)
            nextLane += 1
            progress.lanes[id] = LaneRecord(
                nodeIndex: shardIndex(of: source.nodeID.prefix) ?? 0,
                process: ProcessMark(source),
                hadHighestEpoch: hasHighestEpoch(source),
                purpose: .migrationSource(to: destination.prefix),
                position: position,
                claims: claims
            )
            leaveUnattended(id)
            tally.lanes += 1
            begun = true
        }
        return begun
    }

    private func node(_ prefix: UInt64) -> ClusterNode? {
        topology.flatMap { node(prefix, near: 0, in: $0) }
    }

    /// Slots whose marks name no node that is known are looked at again later.
    mutating func waitForMarks(on slots: SlotSet, now: Duration) {
        let cause = ScanFailure(
            .rediscover,
            .slotsNotCovered,
            "the slots are marked as being migrated, but the other node is not known (redis-cli --cluster fix)"
        )
        stalled.note(slots, cause: cause, now: now)
        suspectTopology(now: now)
        scheduleGivingUp()
    }

    /// Goes on to the second half for slots whose source was read in full.
    mutating func beginDestination(of slots: SlotSet, at destination: UInt64, after source: LaneRecord) {
        guard !slots.isEmpty else { return }
        let id = LaneID(rawValue: nextLane)
        nextLane += 1
        let position: LaneRecord.Position =
            if case .slots = source.position { .slots(below: 0) } else { .scan(0) }
        progress.lanes[id] = LaneRecord(
            nodeIndex: source.nodeIndex,
            // Who runs there now is asked before the first page.
            process: ProcessMark(node: destination, run: 0, epoch: 0),
            hadHighestEpoch: source.hadHighestEpoch,
            purpose: .migrationDestination(from: source.process),
            position: position,
            claims: slots
        )
        leaveUnattended(id)
    }

    /// Begins to read the destination, if the migration still goes there.
    mutating func openDestination(
        _ id: LaneID,
        _ record: LaneRecord,
        _ statuses: [NodeStatus],
        now: Duration
    ) {
        guard case .migrationDestination(let source) = record.purpose, let first = statuses.first,
            let last = statuses.last
        else { return }
        if isNotYetBelieved(first) || isNotYetBelieved(last) {
            waitForBelief(id, now: now)
            return
        }
        let moving = record.claims.intersection(
            stillMigrating(from: source, to: record.process.node, says: first)
        )
        let importing = moving.intersection(last.importedSlots)
        let disowned = moving.intersection(last.disownedSlots(of: first))
        // What a node holds of slots that it disowns is left over, and not to be returned.
        let claims = importing.isEmpty ? disowned : importing
        guard !claims.isEmpty else {
            restart(id, reason: "the migration of its slots is over", isLoss: true, now: now)
            suspectTopology(now: now)
            plan(now: now)
            return
        }
        if claims != record.claims {
            lose(
                record.claims.subtracting(claims),
                begun: record.claims,
                at: lanes[id]?.node,
                reason: "the two ends of their migration do not agree",
                now: now
            )
        }
        progress.lanes[id]?.claims = claims
        progress.lanes[id]?.process = ProcessMark(last)
        // With nothing to read there, all that is left is to ask both again, the destination first.
        if importing.isEmpty { progress.lanes[id]?.position = .walked }
        began(id)
        askForMore(id, now: now)
        if claims != record.claims { plan(now: now) }
    }
}
