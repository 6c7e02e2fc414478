/// R14: progress is credit, not pages. What is lost again and again is read in ever smaller portions, with
/// growing pauses, and given up when patience has passed since it was first lost.
extension ScanCoordinator {
    /// Slots lost fewer times than this are not given up: a long walk may lose them to two failovers that
    /// have nothing to do with each other.
    private static let fewestLosses = 4

    /// Notes claims of a lane that were not credited.
    ///
    /// - Parameters:
    ///   - claims: These claims.
    ///   - begun: Those of the lane of which something was read: the others have lost nothing.
    ///   - node: Where they were read.
    ///   - reason: Why they were not credited.
    ///   - now: The time since the start.
    mutating func lose(
        _ claims: SlotSet,
        begun: SlotSet,
        at node: ClusterNode?,
        reason: String,
        now: Duration
    ) {
        let claims = claims.intersection(remaining)
        let lost = claims.intersection(begun)
        guard !lost.isEmpty, !isEnded else { return }
        let cause = LostSlots.cause(reason, at: node?.address)
        if let node {
            portions[node.id] = max(1, portion(of: node.id) / 8)
            let losses = (fruitless[node.id]?.losses ?? 0) + 1
            let since = fruitless[node.id]?.since ?? now
            fruitless[node.id] = (since, losses)
            // Slot by slot, so many would be lost one after the other for much longer than patience.
            if losses >= Self.fewestLosses, since <= now - policy.patience {
                fruitless[node.id] = nil
                let others = lostSlots.slots.intersection(topology?.locate(node.id)?.shard.slots ?? claims)
                let slots = claims.union(others)
                giveUp([StalledSlots.Entry(slots: slots, since: since, cause: cause)], now: now)
                return
            }
        }
        var backoff = backoff
        let until = lostSlots.note(lost, cause: cause, now: now) { losses in
            Self.pause(afterLosses: losses, &backoff)
        }
        self.backoff = backoff
        if until > now {
            holdEnds = min(holdEnds ?? until, until)
            act(.wake(at: until))
        }
        giveUpRestlessSlots(now: now)
        rememberLosses(now: now)
    }

    /// Puts the losses into the cursor: the next process goes on counting.
    mutating func rememberLosses(now: Duration) {
        guard !lostSlots.isEmpty || !progress.losses.isEmpty else { return }
        progress.losses = lostSlots.records(at: now)
    }

    /// Takes up what earlier processes have lost. Otherwise a caller that takes a new process for every page
    /// would read such slots again and again without a pause.
    mutating func recallLosses() {
        guard !progress.losses.isEmpty else { return }
        var backoff = backoff
        lostSlots = LostSlots(progress.losses) { losses in Self.pause(afterLosses: losses, &backoff) }
        self.backoff = backoff
        holdEnds = lostSlots.nextRelease(after: .zero)
    }

    private static func pause(afterLosses losses: Int, _ backoff: inout Backoff) -> Duration {
        losses < LostSlots.restlessAfter ? .zero : backoff.pause(afterFailures: losses - 1)
    }

    /// Notes slots that were credited.
    mutating func gain(_ slots: SlotSet, at node: ClusterNode, now: Duration) {
        guard !slots.isEmpty else { return }
        lostSlots.clear(slots)
        fruitless[node.id] = nil
        rememberLosses(now: now)
        guard let portion = portions[node.id] else { return }
        portions[node.id] = portion * 2 >= policy.slotsPerCredit ? nil : portion * 2
    }

    /// How many slots of a node are read by snapshot before they are credited.
    private func portion(of node: NodeID) -> Int { portions[node] ?? policy.slotsPerCredit }

    /// How many slots a lane reads by snapshot before they are credited.
    func portion(of id: LaneID) -> Int {
        guard let node = lanes[id]?.node.id, let record = progress.lanes[id] else {
            return policy.slotsPerCredit
        }
        let portion = portion(of: node)
        guard !lostSlots.restless.isEmpty, !record.claims.isDisjoint(with: lostSlots.restless) else {
            return portion
        }
        return lostSlots.mostLosses(of: record.claims) > LostSlots.restlessAfter ? 1 : min(portion, 8)
    }

    /// Looks for work again when slots are held back no longer.
    mutating func releaseHeldSlots(now: Duration) {
        guard let end = holdEnds, end <= now else { return }
        holdEnds = lostSlots.nextRelease(after: now)
        if let holdEnds { act(.wake(at: holdEnds)) }
        plan(now: now)
    }

    private mutating func giveUpRestlessSlots(now: Duration) {
        let overdue = lostSlots.removeAll(lostAtLeast: Self.fewestLosses, since: now - policy.patience)
        guard !overdue.isEmpty else { return }
        let entries = overdue.map { StalledSlots.Entry(slots: $0.slots, since: $0.since, cause: $0.cause) }
        giveUp(entries, now: now)
    }
}
