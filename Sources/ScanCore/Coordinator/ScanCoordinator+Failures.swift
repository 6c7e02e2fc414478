extension ScanCoordinator {
    /// So often a node is asked again before others are asked who serves its slots.
    private static let patientTries = 4

    /// What a lane asked for did not happen.
    package mutating func laneFailed(_ id: LaneID, _ failure: ScanFailure, now: Duration) {
        guard !isEnded else { return }
        guard !isHearing(id) else {
            notHeard(id, now: now)
            return
        }
        guard let lane = lanes[id] else { return }
        if failure.code == .permissionDenied, policy.strategy != .slots, isTakingSnapshots(id) {
            snapshotsAreForbidden = true
            restart(id, reason: "snapshots are not permitted: \(failure.message)")
            plan(now: now)
            return
        }
        guard failure.remedy != .giveUp else {
            laneIsHopeless(id, failure, now: now)
            return
        }
        if case .pausing = lane.phase { return }
        tally.retries += 1
        doubtAddresses(after: failure)
        let failures = lane.failures + 1
        // R11: a replica is not waited for as long as a primary.
        let isPassedOver = failure.remedy == .rediscover || failures >= Self.mostTriesOfReplica
        if isPassedOver, isReplicaLane(id) {
            avoidReplica(of: id, lane, failure, now: now)
            return
        }
        let pause = backoff.pause(afterFailures: failures)
        lanes[id]?.failures = failures
        lanes[id]?.phase = .pausing(until: now + pause)
        stalled.note(slotsAtStake(in: id), cause: failure, now: now)
        act(.report(.retrying(failure.address, reason: failure.reason, pause: pause)))
        act(.wake(at: now + pause))
        // A node that cannot answer for long may have been replaced meanwhile.
        if failure.remedy == .rediscover || failures >= Self.patientTries { suspectTopology(now: now) }
        if policy.maximumLanes != nil { plan(now: now) }
        giveUpWhatIsOverdue(now: now)
    }

    /// Asking again cannot help.
    private mutating func laneIsHopeless(_ id: LaneID, _ failure: ScanFailure, now: Duration) {
        guard failure.concernsOneNode, let lane = lanes[id] else {
            end(.fail(ClusterScanError(failure)))
            return
        }
        if isReplicaLane(id) {
            tally.retries += 1
            avoidReplica(of: id, lane, failure, now: now)
            return
        }
        let slots = slotsAtStake(in: id)
        guard policy.allowsUncoveredSlots else {
            var error = ClusterScanError(failure)
            error.slots = slots
            error.message += "; slots \(slots) could not be covered"
            end(.fail(error))
            return
        }
        stalled.clear(slots)
        abandon([StalledSlots.Entry(slots: slots, since: now, cause: failure)], now: now)
    }

    /// Its cursor means nothing elsewhere, and the primary is there to be read.
    private mutating func avoidReplica(of id: LaneID, _ lane: Lane, _ failure: ScanFailure, now: Duration) {
        avoided.insert(lane.node.id)
        act(.report(.retrying(failure.address, reason: failure.reason, pause: .zero)))
        restart(id, reason: "the replica failed: \(failure.message)")
        lanes[id] = nil
        suspectTopology(now: now)
        plan(now: now)
    }

    /// What a lane asked for is put off until the consumer has taken what was read: it waits for no node, so
    /// this is not the time that patience measures.
    package mutating func readHeld(_ id: LaneID) {
        stalled.clear(slotsAtStake(in: id))
    }

    private mutating func doubtAddresses(after failure: ScanFailure) {
        reachability.failed(failure)
        guard reachability.isWorthReporting(afterTrying: topology?.shards.count ?? 1) else { return }
        act(.report(.announcedAddressesUnreachable(reachability.unconnected.sorted())))
    }

    private func isTakingSnapshots(_ id: LaneID) -> Bool {
        guard lanes[id]?.phase == .reading, case .slots = progress.lanes[id]?.position else { return false }
        return true
    }

    private func isReplicaLane(_ id: LaneID) -> Bool {
        guard let lane = lanes[id], lane.node != lane.statusSources.last else { return false }
        return progress.lanes[id].map { $0.purpose == .owned } ?? true
    }

    /// The slots a lane has claimed, or would claim if its node answered.
    func slotsAtStake(in id: LaneID) -> SlotSet {
        if let record = progress.lanes[id] { return record.claims }
        guard let primary = lanes[id]?.statusSources.last, let index = topology?.index(ofPrimary: primary.id),
            let shard = topology?.shards[index]
        else { return SlotSet() }
        return openSlots.intersection(shard.slots)
    }

    // MARK: R8

    /// Has the driver call when patience ends.
    mutating func scheduleGivingUp() {
        guard let oldest = stalled.oldest else { return }
        act(.wake(at: oldest + policy.patience))
    }

    /// Gives up slots that have gone without progress for too long: the iteration fails, or goes on without
    /// them if the policy allows it.
    mutating func giveUpWhatIsOverdue(now: Duration) {
        guard !isEnded else { return }
        let overdue = stalled.removeAll(since: now - policy.patience)
        guard !overdue.isEmpty else {
            scheduleGivingUp()
            return
        }
        giveUp(overdue, now: now)
    }

    /// Gives up slots: the iteration fails, or goes on without them if the policy allows it.
    mutating func giveUp(_ overdue: [StalledSlots.Entry], now: Duration) {
        guard policy.allowsUncoveredSlots else {
            // A caller who goes on from here has done something about it: patience begins anew.
            lostSlots = LostSlots()
            progress.losses = []
            // Slots in trouble for a shorter time will not be covered either.
            end(.fail(notCovered(overdue + stalled.entries)))
            return
        }
        abandon(overdue, now: now)
    }

    /// Goes on without these slots.
    private mutating func abandon(_ entries: [StalledSlots.Entry], now: Duration) {
        let slots = entries.reduce(into: SlotSet()) { $0.formUnion($1.slots) }
        for entry in entries {
            act(.report(.slotsGivenUp(entry.slots, reason: entry.cause.place + entry.cause.message)))
        }
        abandoned.formUnion(slots)
        lostSlots.clear(slots)
        rememberLosses(now: now)
        stalled.clear(slots)
        for (id, record) in progress.orderedLanes {
            let claims = record.claims.subtracting(slots)
            if claims.isEmpty {
                lanes[id] = nil
                progress.lanes[id] = nil
            } else if claims != record.claims {
                progress.lanes[id]?.claims = claims
            }
        }
        for id in lanes.pausing where progress.lanes[id] == nil { lanes[id] = nil }
        plan(now: now)
    }

    private func notCovered(_ entries: [StalledSlots.Entry]) -> ClusterScanError {
        let slots = entries.reduce(into: SlotSet()) { $0.formUnion($1.slots) }
        let causes = entries.map { entry in
            "slots \(entry.slots): \(entry.cause.place)\(entry.cause.message)"
        }
        let isInDoubt = reachability.isInDoubt && entries.allSatisfy(\.cause.isUnconnected)
        let code: ClusterScanError.Code =
            if isInDoubt {
                .announcedAddressesUnreachable
            } else {
                entries.count == 1 && slots == remaining ? entries[0].cause.code : .slotsNotCovered
            }
        let diagnosis = isInDoubt ? reachability.diagnosis + ". " : ""
        var error = ClusterScanError(
            code,
            diagnosis
                + "\(slots.count) of \(progress.wanted.count) slots could not be covered within \(policy.patience): "
                + causes.joined(separator: "; "),
            at: nil,
            slots: slots
        )
        error.isUnconnected = entries.allSatisfy(\.cause.isUnconnected)
        error.serverError = entries.count == 1 ? entries[0].cause.reply : nil
        return error
    }
}
