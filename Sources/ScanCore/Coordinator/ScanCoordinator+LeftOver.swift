/// What R2 drops is told: keys that a node holds of slots that it does not serve. No client reaches them.
/// They are left over from a reshard that was broken off, or a slot is to be repaired.
extension ScanCoordinator {
    /// Drops keys of slots that the lane has not claimed, and counts those that its node does not serve.
    mutating func keepClaimed(_ batch: inout KeyBatch, of id: LaneID, _ claims: SlotSet) {
        guard claims != .all else { return }
        guard let served = lanes[id]?.served else {
            batch.filter(slots: claims)
            return
        }
        let hasher = SlotHasher.shared
        var strange: [HashSlot: Int] = [:]
        claims.withMembership { claimed in
            batch.filter { key in
                let slot = hasher.slot(of: key)
                if claimed.contains(slot) { return true }
                if !served.contains(slot) { strange[slot, default: 0] += 1 }
                return false
            }
        }
        guard !strange.isEmpty else { return }
        lanes[id]?.leftOver.merge(strange, uniquingKeysWith: +)
    }

    /// Notes what a walk over a node has met, now that the node says what it owns after the walk.
    ///
    /// A slot that the node imports counts, too, unless it is read there as the second end of its migration.
    /// Where the owner knows of no migration, as after a failover before Valkey 8, no client is sent there.
    mutating func noteLeftOver(_ lane: Lane, _ status: NodeStatus) {
        guard lane.served != nil else { return }
        let read = readAtDestination[lane.node.id]?.union(status.slots) ?? status.slots
        let left = lane.leftOver.filter { progress.wanted.contains($0.key) && !read.contains($0.key) }
        leftOver[lane.node.id] = left.isEmpty ? nil : left
    }

    /// Notes slots that were credited for what was read at a node. A destination that disowns a slot was
    /// asked, and not read.
    mutating func noteRead(_ slots: SlotSet, of record: LaneRecord, at node: ClusterNode, _ last: NodeStatus)
    {
        var slots = slots
        if case .migrationDestination = record.purpose {
            slots.formIntersection(last.importedSlots)
            readAtDestination[node.id, default: SlotSet()].formUnion(slots)
        }
        guard !slots.isEmpty else { return }
        guard let left = leftOver[node.id]?.filter({ !slots.contains($0.key) }) else { return }
        leftOver[node.id] = left.isEmpty ? nil : left
    }

    /// By slot, over all nodes.
    var leftOverKeys: [HashSlot: Int] {
        leftOver.values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    }
}
