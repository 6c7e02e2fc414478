import ScanCore

/// What goes wrong, or on, in a cluster while somebody scans it.
extension SimulatedCluster {
    /// Lets one thing happen. Things that take several steps schedule the rest.
    func disturb() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: writeOrDelete()
        case 45..<60: rehash()
        case 60..<74: beginMigration()
        case 74..<77: migrateAtomically()
        case 77..<81: failOver()
        case 81..<84: crashAndPromote()
        case 84..<89: restart(movingElsewhere: false)
        case 89..<91: restart(movingElsewhere: true)
        case 91..<93: joinNode()
        default:
            if isWide, Bool.random(using: &random) {
                disturbDeeply()
            } else if isWide, Int.random(in: 0..<6, using: &random) == 0 {
                beginSpell()
            } else {
                gossipSomething()
            }
        }
        settle()
    }

    /// A node joins: slots are moved to a node only if it knows the one that they come from.
    private func joinNode() {
        guard timeline.now >= busSilentUntil else { return }
        let node = addNode(role: .primary)
        for other in nodes {
            gossip(from: other, to: node)
            gossip(from: node, to: other)
        }
    }

    func settle() {
        syncReplicas()
        observe()
    }

    private func writeOrDelete() {
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let key = Int.random(in: 0..<universe.names.count, using: &random)
            if Bool.random(using: &random) { write(key) } else { delete(key) }
        }
    }

    private func rehash() {
        for node in nodes { node.process?.keyspace.rehashStep() }
    }

    private func gossipSomething() {
        guard let teller = nodes.randomElement(using: &random),
            let listener = nodes.randomElement(using: &random)
        else {
            return
        }
        gossip(from: teller, to: listener)
    }

    // MARK: Migration, key by key

    private func beginMigration() {
        guard let slot = universe.hotSlots.randomElement(using: &random), let source = owner(of: slot),
            source.process?.isRunning == true, source.migrating[slot] == nil,
            // Tools begin where the nodes agree on who owns what. Where the destination does not know the
            // epoch of the source, it ends with a lower one, and the keys that it has got are lost for all.
            let destination = primaries.filter({ node in
                node !== source && node.process?.isRunning == true
                    && node.heard[source.id]?.epoch == source.epoch
            }).randomElement(using: &random),
            !destination.slots.contains(slot), destination.importing[slot] == nil
        else { return }
        count("migration")
        // The order of redis-cli: first the destination, then the source.
        // A mark may name any node: it was set by hand, or is older than the owner.
        let named = Int.random(in: 0..<6, using: &random) == 0 ? primaries.randomElement(using: &random) : nil
        let mark = named.map { $0 === destination ? source.id : $0.id } ?? source.id
        if mark != source.id { count("mark that names a third node") }
        destination.importing[slot] = mark
        gossip(from: destination, to: source)
        after(0...300) {
            guard destination.importing[slot] == mark, destination.isPrimary, source.slots.contains(slot),
                source.isPrimary
            else { return }
            source.migrating[slot] = destination.id
            self.moveKeys(of: slot, from: source, to: destination)
        }
    }

    private func moveKeys(of slot: HashSlot, from source: SimulatedNode, to destination: SimulatedNode) {
        after(20...400) {
            // Where marks are handed on, a reshard goes on with the successor.
            let next = self.keepsMarks ? self.destination(of: slot, from: source) : destination
            guard let destination = next, self.keepsMarks || source.migrating[slot] == destination.id,
                source.isPrimary, source.slots.contains(slot), destination.isPrimary,
                destination.importing[slot] != nil, source.pendingHeir == nil, destination.pendingHeir == nil,
                let from = source.process, let to = destination.process, from.isRunning, to.isRunning
            else { return }
            if Int.random(in: 0..<40, using: &self.random) == 0 {
                // Broken off half-way: what has moved is out of reach for clients now.
                self.count("migration cancelled")
                source.migrating[slot] = nil
                if Bool.random(using: &self.random) { destination.importing[slot] = nil }
                return
            }
            let keys = from.keyspace.keys(in: slot).sorted()
            guard !keys.isEmpty else {
                self.finishMigration(of: slot, from: source, to: destination)
                return
            }
            for key in keys.shuffled(using: &self.random).prefix(Int.random(in: 1...6, using: &self.random)) {
                to.keyspace.insert(key)
                from.keyspace.remove(key)
            }
            source.offset += 1
            destination.offset += 1
            self.moveKeys(of: slot, from: source, to: destination)
        }
    }

    private func finishMigration(of slot: HashSlot, from source: SimulatedNode, to destination: SimulatedNode)
    {
        destination.importing[slot] = nil
        destination.slots.insert(slot)
        raiseEpoch(of: destination)
        after(0...500) {
            // `SETSLOT … NODE` at the source: it gives up slot and mark in one moment, or hears of it by
            // gossip later.
            guard source.process?.isRunning == true else { return }
            guard !self.isWide || Int.random(in: 0..<5, using: &self.random) > 0 else {
                // Only the destination was asked to finish; the source hears of it when the bus carries it.
                self.count("half-finished SETSLOT")
                self.gossip(from: destination, to: source)
                return
            }
            if source.migrating[slot] == destination.id, self.owner(of: slot) !== source {
                source.migrating[slot] = nil
                self.give(slot, from: source, to: destination)
            }
            self.gossip(from: destination, to: source)
            // And sometimes straight back again.
            if Int.random(in: 0..<4, using: &self.random) == 0, destination.slots.contains(slot),
                source.isPrimary,
                !source.slots.contains(slot)
            {
                self.count("migration turned round")
                source.importing[slot] = destination.id
                destination.migrating[slot] = source.id
                self.moveKeys(of: slot, from: destination, to: source)
            }
        }
    }

    /// `SETSLOT … NODE` at the source: from then on it takes the slot to be at the destination,
    /// whatever it has heard.
    func give(_ slot: HashSlot, from source: SimulatedNode, to destination: SimulatedNode) {
        source.slots.remove(slot)
        for other in source.heard.keys { source.heard[other]?.slots.remove(slot) }
        source.heard[destination.id]?.slots.insert(slot)
    }

    /// Ownership and keys change hands in one moment, without marks.
    private func migrateAtomically() {
        guard let slot = universe.hotSlots.randomElement(using: &random), let source = owner(of: slot),
            source.migrating[slot] == nil, let from = source.process, from.isRunning,
            let destination = primaries.filter({ $0 !== source }).randomElement(using: &random),
            destination.importing[slot] == nil, let to = destination.process, to.isRunning
        else { return }
        count("atomic migration")
        for key in to.keyspace.keys(in: slot) { to.keyspace.remove(key) }
        for key in from.keyspace.keys(in: slot).sorted() {
            to.keyspace.insert(key)
            from.keyspace.remove(key)
        }
        source.offset += 1
        destination.offset += 1
        raiseEpoch(of: destination)
        // Servers agree on it over the bus.
        destination.hear(source.claim, of: source.id)
        raiseEpoch(of: destination)
        destination.slots.insert(slot)
        give(slot, from: source, to: destination)
        gossip(from: destination, to: source)
    }

    // MARK: Failover and restart

    func replica(of primary: SimulatedNode) -> SimulatedNode? {
        nodes.first { node in
            node.role == .replica(of: primary.id) && node.process?.isRunning == true
                && timeline.now >= max(node.linkDownUntil, node.syncUntil, node.cutUntil)
        }
    }

    private func failOver() {
        guard let primary = primaries.filter({ $0.process?.isRunning == true }).randomElement(using: &random),
            let heir = replica(of: primary), timeline.now >= max(busSilentUntil, primary.cutUntil),
            primary.pendingHeir == nil
        else { return }
        count("failover")
        promote(heir, over: primary)
        // The old primary hears of it within the same handshake.
        step(down: primary, for: heir)
    }

    private func crashAndPromote() {
        guard let primary = primaries.filter({ $0.process?.isRunning == true }).randomElement(using: &random),
            let heir = replica(of: primary), primary.pendingHeir == nil
        else { return }
        count("crash with promotion")
        primary.process?.isRunning = false
        after(500...3000) {
            guard case .replica(let id) = heir.role, id == primary.id, heir.process?.isRunning == true else {
                self.startAgain(primary)
                return
            }
            self.promote(heir, over: primary)
            self.after(200...4000) {
                // It comes back with another run id, learns that it was replaced, and copies its heir.
                self.step(down: primary, for: heir)
                self.startAgain(primary)
            }
        }
    }

    func promote(_ heir: SimulatedNode, over primary: SimulatedNode) {
        heir.role = .primary
        heir.slots = primary.slots
        // An election always ends with an epoch above every other.
        heir.epoch = addEpoch()
        heir.currentEpoch = heir.epoch
        heir.offset = max(heir.offset, primary.offset) + 1
        if keepsMarks {
            heir.migrating = primary.migrating
            heir.importing = primary.importing
            after(0...3000) {
                // Others point their marks at the successor once they know it.
                for node in self.nodes where node.isPrimary {
                    node.migrating = node.migrating.mapValues { $0 == primary.id ? heir.id : $0 }
                    // A node has no mark that names itself.
                    node.migrating = node.migrating.filter { $0.value != node.id }
                    node.importing = node.importing.mapValues { $0 == primary.id ? heir.id : $0 }
                }
            }
        }
        primary.pendingHeir = nil
        if primary.cutUntil <= timeline.now { primary.slots = [] }
        // Those that voted know.
        for node in nodes where node.cutUntil <= timeline.now { node.hear(heir.claim, of: heir.id) }
        for node in nodes where node.role == .replica(of: primary.id) && node !== heir {
            node.role = .replica(of: heir.id)
        }
        for node in nodes { gossip(from: heir, to: node) }
    }

    func step(down primary: SimulatedNode, for first: SimulatedNode) {
        // It follows the one that has its slots by now: replicas of replicas do not last.
        var heir = first
        while case .replica(let id) = heir.role, let next = node(id), next !== primary { heir = next }
        // Its own replicas follow the heir as well.
        for node in nodes where node.role == .replica(of: primary.id) { node.role = .replica(of: heir.id) }
        primary.role = .replica(of: heir.id)
        primary.slots = []
        primary.migrating = [:]
        primary.importing = [:]
        for node in nodes { gossip(from: primary, to: node) }
        gossip(from: heir, to: primary)
    }

    private func restart(movingElsewhere: Bool) {
        guard let node = nodes.filter({ $0.process?.isRunning == true }).randomElement(using: &random) else {
            return
        }
        count(movingElsewhere ? "restart at another address" : "restart")
        node.process?.isRunning = false
        after(50...2500) {
            if movingElsewhere {
                let old = node.address
                node.address = self.freshAddress()
                if self.isWide, Bool.random(using: &self.random) { self.reuse(old) }
            }
            self.startAgain(node)
            self.after(0...500) {
                for other in self.nodes { self.gossip(from: node, to: other) }
            }
        }
    }

    /// A new process with the same data: another run id, another hash seed, all old cursors void.
    func startAgain(_ node: SimulatedNode, empty: Bool = false) {
        guard let old = node.process, !old.isRunning else { return }
        if foreigners.contains(where: { $0.address == node.address }) { node.address = freshAddress() }
        let process = newProcess(keys: empty ? [] : old.keyspace.keys)
        process.loadingUntil = timeline.now + Int.random(in: 0...300, using: &random)
        process.startedAt = timeline.now
        node.process = process
        for other in nodes {
            gossip(from: other, to: node)
            gossip(from: node, to: other)
        }
        settle()
    }

    func after(_ delay: ClosedRange<Int>, _ action: @escaping () -> Void) {
        timeline.schedule(after: Int.random(in: delay, using: &random)) {
            action()
            self.settle()
        }
    }
}
