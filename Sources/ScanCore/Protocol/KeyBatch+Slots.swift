extension KeyBatch {
    /// Keeps the keys whose hash slot is in a set.
    package mutating func filter(slots: SlotSet) {
        let hasher = SlotHasher.shared
        slots.withMembership { membership in
            filter { membership.contains(hasher.slot(of: $0)) }
        }
    }
}
