/// Since when, and why, slots have made no progress. Entries never share a slot.
struct StalledSlots: Sendable {
    struct Entry: Sendable {
        var slots: SlotSet
        let since: Duration
        var cause: ScanFailure
    }

    private(set) var entries: [Entry] = []

    /// The moment the oldest stall began.
    var oldest: Duration? { entries.map(\.since).min() }

    /// The slots that are stalled.
    private(set) var slots = SlotSet()

    var isEmpty: Bool { entries.isEmpty }

    /// Notes that slots are stalled. Slots that already are keep their beginning and take the newer cause.
    mutating func note(_ slots: SlotSet, cause: ScanFailure, now: Duration) {
        var fresh = slots
        for index in entries.indices {
            let known = entries[index].slots.intersection(slots)
            guard !known.isEmpty else { continue }
            fresh.subtract(known)
            if known == entries[index].slots {
                entries[index].cause = cause
            } else {
                entries[index].slots.subtract(known)
                entries.append(Entry(slots: known, since: entries[index].since, cause: cause))
            }
        }
        if !fresh.isEmpty {
            self.slots.formUnion(fresh)
            entries.append(Entry(slots: fresh, since: now, cause: cause))
        }
    }

    /// Notes that slots have made progress.
    mutating func clear(_ slots: SlotSet) {
        guard !entries.isEmpty, !self.slots.isDisjoint(with: slots) else { return }
        self.slots.subtract(slots)
        for index in entries.indices {
            entries[index].slots.subtract(slots)
        }
        entries.removeAll(where: \.slots.isEmpty)
    }

    /// Takes out the entries that began at or before a moment.
    mutating func removeAll(since moment: Duration) -> [Entry] {
        let old = entries.filter { $0.since <= moment }
        entries.removeAll { $0.since <= moment }
        for entry in old { slots.subtract(entry.slots) }
        return old
    }
}
