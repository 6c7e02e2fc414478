import ScanCore

/// What nodes do not know, or do not say, while it goes on.
extension SimulatedCluster {
    func disturbDeeply() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<2: silenceBus()
        case 2..<4: cutAndPromote()
        case 4..<6: loseEverything()
        case 6: lag()
        case 7: cutReplica()
        case 8: emptyReplica()
        case 9: followAnother()
        case 10: Int.random(in: 0..<3, using: &random) == 0 ? keepMoving() : leaveAndComeBack()
        default: leaveMark()
        }
    }

    // MARK: The bus

    /// No node hears of another, while clients and operators get through.
    private func silenceBus() {
        count("silent bus")
        busSilentUntil = timeline.now + Int.random(in: 500...15_000, using: &random)
    }

    /// Only the bus of a primary is cut: it does not know that it is replaced.
    private func cutAndPromote() {
        guard primaries.count > 2, timeline.now >= busSilentUntil,
            let primary = primaries.filter({ $0.process?.isRunning == true && $0.cutUntil < timeline.now })
                .randomElement(using: &random),
            let heir = replica(of: primary), primary.pendingHeir == nil
        else { return }
        count("bus cut with promotion")
        let length = Int.random(in: 4000...20_000, using: &random)
        primary.cutSince = timeline.now
        primary.cutUntil = timeline.now + length
        after(1000...3000) {
            guard heir.role == .replica(of: primary.id), heir.process?.isRunning == true, primary.isPrimary,
                primary.process?.isRunning == true
            else { return }
            self.promote(heir, over: primary)
        }
        after(length + 1...length + 2) {
            guard let current = self.owner(of: heir.slots), current !== primary, primary.isPrimary,
                current === heir
            else { return }
            self.step(down: primary, for: heir)
        }
    }

    private func owner(of slots: Set<HashSlot>) -> SimulatedNode? {
        slots.sorted().first.flatMap { owner(of: $0) }
    }

    // MARK: Empty nodes

    /// A primary crashes and is back at once and empty, before others notice; its replica is elected.
    private func loseEverything() {
        guard
            let primary = primaries.filter({ $0.process?.isRunning == true && !$0.slots.isEmpty })
                .randomElement(using: &random),
            let heir = replica(of: primary), primary.pendingHeir == nil, timeline.now >= busSilentUntil,
            timeline.now >= primary.cutUntil, heir.lagUntil < timeline.now,
            primary.migrating.isEmpty, primary.importing.isEmpty
        else { return }
        count("restart empty with promotion")
        heir.syncUntil = 0
        primary.pendingHeir = heir.id
        primary.process?.isRunning = false
        startAgain(primary, empty: true)
        primary.process?.loadingUntil = 0
        after(300...Self.startWindow - 500) {
            guard heir.role == .replica(of: primary.id), heir.process?.isRunning == true, primary.isPrimary
            else {
                primary.pendingHeir = nil
                return
            }
            self.promote(heir, over: primary)
            self.step(down: primary, for: heir)
        }
    }

    // MARK: Replicas

    private func anyReplica() -> SimulatedNode? {
        nodes.filter { !$0.isPrimary && $0.process?.isRunning == true }.randomElement(using: &random)
    }

    private func lag() {
        guard let replica = anyReplica() else { return }
        count("replica lags")
        replica.lagUntil = timeline.now + Int.random(in: 500...30_000, using: &random)
    }

    private func cutReplica() {
        guard let replica = anyReplica() else { return }
        count("replica cut off")
        replica.linkDownUntil = timeline.now + Int.random(in: 500...30_000, using: &random)
    }

    private func emptyReplica() {
        guard let replica = anyReplica() else { return }
        count("replica restarted empty")
        replica.process?.isRunning = false
        replica.syncUntil = timeline.now + Int.random(in: 1000...20_000, using: &random)
        replica.offset = 0
        startAgain(replica, empty: true)
    }

    private func followAnother() {
        guard let replica = anyReplica(), let primary = primaries.randomElement(using: &random),
            replica.role != .replica(of: primary.id),
            !nodes.contains(where: { $0.pendingHeir == replica.id })
        else { return }
        count("replica of another primary")
        // A scan that reads it for its old primary does not know before it asks again, and may return what
        // the new one has left over of these slots: `Docs/Guarantee.md`, what nobody can promise.
        if case .replica(let old) = replica.role { replica.served.formUnion(node(old)?.slots ?? []) }
        replica.role = .replica(of: primary.id)
        replica.syncUntil = timeline.now + Int.random(in: 100...5000, using: &random)
        replica.offset = 0
        after(0...2000) { for node in self.nodes { self.gossip(from: replica, to: node) } }
    }

    // MARK: Slots

    /// A slot leaves and comes back, keys and all, while the bus is silent.
    private func leaveAndComeBack() {
        guard let slot = universe.hotSlots.randomElement(using: &random), let source = owner(of: slot),
            source.isPrimary, source.migrating[slot] == nil,
            let destination = primaries.filter({ $0 !== source && $0.process?.isRunning == true })
                .randomElement(using: &random),
            source.process?.isRunning == true, destination.importing[slot] == nil,
            source.pendingHeir == nil, destination.pendingHeir == nil, !destination.slots.contains(slot),
            destination.outranks(source)
        else { return }
        count("slot that leaves and comes back in silence")
        busSilentUntil = max(busSilentUntil, timeline.now + Int.random(in: 1000...8000, using: &random))
        hand(slot, from: source, to: destination)
        after(200...3000) {
            guard destination.slots.contains(slot), destination.isPrimary, source.isPrimary,
                source.process?.isRunning == true, destination.process?.isRunning == true,
                source.pendingHeir == nil, destination.pendingHeir == nil, destination.migrating[slot] == nil,
                !source.slots.contains(slot)
            else { return }
            self.hand(slot, from: destination, to: source)
        }
    }

    /// By hand: all keys, then `SETSLOT … NODE` at both ends.
    func hand(_ slot: HashSlot, from source: SimulatedNode, to destination: SimulatedNode) {
        for key in source.process?.keyspace.keys(in: slot).sorted() ?? [] {
            destination.process?.keyspace.insert(key)
            source.process?.keyspace.remove(key)
        }
        source.offset += 1
        destination.offset += 1
        give(slot, from: source, to: destination)
        destination.importing[slot] = nil
        destination.slots.insert(slot)
        raiseEpoch(of: destination)
    }

    /// A mark that belongs to no migration.
    private func leaveMark() {
        guard let slot = universe.hotSlots.randomElement(using: &random),
            let node = primaries.randomElement(using: &random),
            let other = primaries.randomElement(using: &random),
            node !== other, node.importing[slot] == nil, !node.slots.contains(slot)
        else { return }
        count("mark left over")
        node.importing[slot] = other.id
        after(1000...30_000) {
            if node.importing[slot] == other.id, self.destination(of: slot, from: other) !== node {
                node.importing[slot] = nil
            }
        }
    }
}
