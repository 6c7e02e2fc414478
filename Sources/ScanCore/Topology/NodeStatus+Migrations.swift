extension NodeStatus {
    /// Slots that this node sees at another and does not import: it answers no client for them. A source may
    /// still be marked for them when a reshard was broken off; what it holds is then all there is. Had this
    /// node taken them over meanwhile, it would see them at itself or at whom it passed them on to, or the
    /// other's epoch would have risen.
    func disownedSlots(of other: UInt64) -> SlotSet {
        SlotSet(ranges: others.first { $0.key.prefix == other }?.value ?? [])
            .subtracting(slots)
            .subtracting(importingSlots(from: other))
    }

    /// Slots on their way from here to the node with this id prefix.
    func migratingSlots(to destination: UInt64) -> SlotSet {
        migrating.reduce(into: SlotSet()) { slots, mark in
            if mark.value.prefix == destination { slots.insert(mark.key) }
        }
    }

    /// Slots on their way here from the node with this id prefix.
    func importingSlots(from source: UInt64) -> SlotSet {
        importing.reduce(into: SlotSet()) { slots, mark in
            if mark.value.prefix == source { slots.insert(mark.key) }
        }
    }
}
