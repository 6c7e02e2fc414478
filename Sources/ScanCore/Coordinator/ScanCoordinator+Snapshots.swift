/// R6: reading by slot. Each slot is one atomic reply, so a lane of snapshots returns no key twice and
/// costs nothing to repeat; what it has read is credited in portions.
extension ScanCoordinator {
    /// Where a lane that reads these slots begins.
    func firstPosition(for claims: SlotSet, at node: NodeStatus) -> LaneRecord.Position {
        readsBySlot(claims, at: node) ? .slots(below: 0) : .scan(0)
    }

    private func readsBySlot(_ claims: SlotSet, at node: NodeStatus) -> Bool {
        let isRestless = !claims.isEmpty && claims.isSubset(of: lostSlots.restless)
        guard node.nodeID != .standalone, !snapshotsAreForbidden, query.type == nil,
            policy.strategy != .scan || isRestless, !claims.isSubset(of: largeSlots)
        else { return false }
        // Our matcher and the server's agree on every pattern but those that mean something else on other
        // platforms.
        if query.pattern?.variesByPlatform ?? false { return false }
        if policy.strategy == .slots || isRestless || query.pattern?.matchesEverything ?? true { return true }
        // A server that walks the one slot by itself sends only what matches.
        if slotWalkedAlone(by: node) != nil { return false }
        return claims.count <= Self.fewSlots
    }

    /// The one slot that a `SCAN` with this query's pattern walks, on servers that can: by their version,
    /// until one was seen to walk on.
    func slotWalkedAlone(by node: NodeStatus) -> HashSlot? {
        guard node.version.scansSingleSlots, !serversWalkOn, policy.strategy == .auto, query.type == nil
        else { return nil }
        return query.pattern?.serverImpliedSlot
    }

    /// Whether a server that should walk one slot alone has gone on to another: cursors of such servers carry
    /// the slot in their low 14 bits.
    func walksOn(_ lane: Lane, to next: UInt64) -> Bool {
        guard let slot = lane.slotWalkedAlone, next != 0 else { return false }
        return next & UInt64(HashSlot.count - 1) != UInt64(slot.rawValue)
    }

    /// Up to this many slots are read whole rather than filtered out of a walk over the node.
    private static let fewSlots = 64
    /// How many slots are read, and how many sizes asked for, at once, where a burst may hold so many keys: a
    /// sixteenth of them, so that the calls cost a server little beside the keys. Where bursts may be large,
    /// as over a network with long round trips, small slots do not make them small.
    private static func slotsPerBurst(of keys: Int) -> Int { max(64, keys / 16) }

    // MARK: Asking

    mutating func askForSlots(_ id: LaneID, from position: Int, now: Duration) {
        guard let lane = lanes[id], let record = progress.lanes[id] else { return }
        let most = adaptiveCount(of: lane.node).count
        // R14: no more is read than is credited at a time.
        let left = portion(of: id) - record.claims.count(below: position)
        let slotsPerBurst = min(Self.slotsPerBurst(of: most), max(1, left))
        var reads = SlotBurst()
        var keys = 0
        var unknown: [HashSlot] = []
        // In order: a slot read ahead of one that did not fit would be read again by the process that
        // resumes.
        var isFull = false
        for slot in record.claims.slots(from: position) {
            guard let size = lane.sizes[slot] else {
                unknown.append(slot)
                if unknown.count == slotsPerBurst { break }
                continue
            }
            guard size > 0 else { continue }
            isFull =
                isFull || !unknown.isEmpty || reads.snapshots.count == slotsPerBurst
                || (keys > 0 && keys + size > most)
            guard isFull else {
                reads.snapshots.append(
                    SlotBurst.Snapshot(slot: slot, limit: size + size / 8 + policy.snapshotSlack)
                )
                keys += size
                continue
            }
            if lane.sizes.count > slotsPerBurst / 2 { break }
        }
        reads.counts = unknown
        lanes[id]?.reads = reads
        lanes[id]?.phase = .reading
        // To ask for a size costs about as much as to look at a key.
        adaptiveCounts[lane.node.id]?.called(keys: keys + unknown.count, now: now)
        act(.readSlots(id, of: lane.node, reads))
    }

    // MARK: Events

    /// Snapshots and sizes have arrived.
    ///
    /// - Parameters:
    ///   - id: The lane that asked for them.
    ///   - readings: The keys of the slots, and the sizes of the others, in the order asked for.
    ///   - now: The time since the start.
    /// - Returns: What is to be handed to the consumer, with the cursor that stands for it and all before it.
    package mutating func slotsRead(
        _ id: LaneID,
        _ readings: consuming SlotBurstReply,
        now: Duration
    ) -> ScanBatch? {
        guard !isEnded, var lane = lanes[id], var record = progress.lanes[id], lane.phase == .reading,
            case .slots(let position) = record.position, readings.lengths.count == lane.reads.snapshots.count,
            readings.counts.count == lane.reads.counts.count
        else { return nil }
        var whole = 0
        var wholeKeys = 0
        for (snapshot, length) in zip(lane.reads.snapshots, readings.lengths) {
            guard length < snapshot.limit else {
                // It grew. What comes after it is read again, so that the lane goes on in order.
                lane.sizes[snapshot.slot] = snapshot.limit * 2
                break
            }
            lane.sizes[snapshot.slot] = 0
            whole += 1
            wholeKeys += length
        }
        for (slot, count) in zip(lane.reads.counts, readings.counts) {
            lane.sizes[slot] = count
        }
        for slot in lane.sizes.slots(above: policy.largestSnapshot) {
            largeSlots.insert(slot)
            record.claims.remove(slot)
            lane.sizes[slot] = nil
        }
        // Everything up to the first slot that still has something to read, or whose size is not known, is
        // read.
        let unread = record.claims.slots(from: position).first { lane.sizes[$0] != 0 }
        let reached = unread.map { Int($0.rawValue) } ?? HashSlot.count
        lane.sizes.forget(below: reached)
        record.position = .slots(below: reached)

        var batch = readings.keys
        batch.truncate(to: wholeKeys)
        if let pattern = query.pattern, !pattern.matchesEverything {
            batch.filter { pattern.matches($0) }
        }
        stalled.clear(record.claims)
        lane.failures = 0
        lanes[id] = lane
        tally.pages += 1
        tally.snapshots += whole
        note(batch, of: id)
        progress.lanes[id] = record.claims.isEmpty ? nil : record
        rememberLosses(now: now)
        let delivery = ScanBatch(keys: batch, cursor: ScanCursor(progress), node: lane.node)
        if record.claims.isEmpty {
            lanes[id] = nil
            plan(now: now)
        } else {
            askForMore(id, now: now)
        }
        return delivery
    }

    /// Claims that were read, or of which something was read. Slots that a lane has not come to yet lose
    /// nothing with it (R14).
    func begunSlots(of record: LaneRecord) -> SlotSet {
        switch (record.purpose, record.position) {
        case (.migrationDestination, _), (_, .walked): record.claims
        case (_, .scan(let cursor)): cursor == 0 ? SlotSet() : record.claims
        case (_, .slots): readSlots(of: record)
        }
    }

    /// Slots that were read and wait for credit.
    func readSlots(of record: LaneRecord) -> SlotSet {
        switch record.position {
        case .scan: SlotSet()
        case .walked: record.claims
        case .slots(let position): record.claims.intersection(SlotSet(below: position))
        }
    }
}
