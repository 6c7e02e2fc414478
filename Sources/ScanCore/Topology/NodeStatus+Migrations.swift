extension NodeStatus {
    /// Slots that this node sees at another and does not import: it answers no client for them. A source may
    /// still be marked for them when a reshard was broken off; what it holds is then all there is. Had this
    /// node taken them over meanwhile, it would see them at itself or at whom it passed them on to, or the
    /// other's epoch would have risen.
    func disownedSlots(of other: UInt64) -> SlotSet {
        SlotSet(ranges: others.first { $0.key.prefix == other }?.value ?? [])
            .subtracting(slots)
            .subtracting(importedSlots)
    }

    /// Slots on their way from here to the node with this id prefix.
    func migratingSlots(to destination: UInt64) -> SlotSet {
        migrating.reduce(into: SlotSet()) { slots, mark in
            if self.destination(mark.value).prefix == destination { slots.insert(mark.key) }
        }
    }

    /// Where slots go from here. R12: marks outlive a failover, so that a mark may name a node that follows
    /// the one that goes on.
    var destinations: Set<NodeID> { Set(migrating.values.map(destination)) }

    private func destination(_ mark: NodeID) -> NodeID { successors[mark] ?? mark }

    /// Slots on their way here. R12: whatever node a mark names, a server lets in who is sent on (`ASK`) for
    /// any slot that is marked.
    var importedSlots: SlotSet {
        importing.keys.reduce(into: SlotSet()) { slots, slot in slots.insert(slot) }
    }
}
