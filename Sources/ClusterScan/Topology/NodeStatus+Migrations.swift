extension NodeStatus {
    /// Slots that another node serves, as this one sees it.
    func slotsSeen(at other: UInt64) -> SlotSet {
        SlotSet(ranges: others.first { $0.key.prefix == other }?.value ?? [])
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
