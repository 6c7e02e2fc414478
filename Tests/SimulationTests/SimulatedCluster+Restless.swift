import ScanCore

/// A slot that never stands still (R14): a script hands it from node to node and back, for ever.
extension SimulatedCluster {
    /// Begins, and goes on for so long that patience ends first. Some move faster than one can be read and
    /// asked after.
    func keepMoving() {
        guard restless == nil, let slot = universe.hotSlots.randomElement(using: &random),
            let one = owner(of: slot), one.isPrimary,
            let other = primaries.filter({ $0 !== one }).randomElement(using: &random)
        else { return }
        count("slot that never stands still")
        restless = Restless(slot: slot, nodes: [one.id, other.id])
        let pause = Bool.random(using: &random) ? 300...1_000 : 3_000...12_000
        moveAgain(every: Int.random(in: pause, using: &random), until: timeline.now + 60_000_000)
    }

    private func moveAgain(every pause: Int, until end: Int) {
        after(pause / 2...pause) { [self] in
            guard timeline.now < end, let restless else { return }
            defer { moveAgain(every: pause, until: end) }
            let slot = restless.slot
            guard let source = owner(of: slot), source.isPrimary, source.slots.contains(slot),
                let destination = restless.nodes.filter({ $0 != source.id }).compactMap(node).first,
                destination.isPrimary, !destination.slots.contains(slot), source.migrating[slot] == nil,
                source.process?.isRunning == true, destination.process?.isRunning == true,
                source.pendingHeir == nil, destination.pendingHeir == nil
            else { return }
            gossip(from: source, to: destination)
            guard destination.outranks(source) else { return }
            hand(slot, from: source, to: destination)
            for node in nodes { gossip(from: destination, to: node) }
        }
    }

    /// Whether a slot may be given up because nothing stands still there: that slot, and others of the two
    /// nodes, whose epochs rise again and again.
    func isRestless(_ slot: HashSlot) -> Bool {
        guard let restless else { return false }
        guard slot != restless.slot, let owner = owner(of: slot) else { return true }
        let ends = [owner, destination(of: slot, from: owner)].compactMap { $0?.id }
        return !Set(ends).isDisjoint(with: restless.nodes)
    }

    struct Restless {
        let slot: HashSlot
        let nodes: [NodeID]
    }
}
