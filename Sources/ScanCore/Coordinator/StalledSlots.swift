/// Since when, and why, slots have made no progress. Entries never share a slot.
struct StalledSlots: Sendable {
    struct Entry: Sendable {
        var slots: SlotSet
        /// When the stall began; the time for which it was put off does not count.
        let since: Duration
        var cause: ScanFailure
        /// Since when the slots wait for something else than their node; `nil` if they do not.
        var putOffSince: Duration?
    }

    private(set) var entries: [Entry] = []

    /// The moment the oldest stall began, of those that are not put off.
    var oldest: Duration? { entries.lazy.filter { $0.putOffSince == nil }.map(\.since).min() }

    /// The slots that are stalled.
    private(set) var slots = SlotSet()

    var isEmpty: Bool { entries.isEmpty }

    /// Notes that slots are stalled. Slots that already are keep their beginning and take the newer cause.
    mutating func note(_ slots: SlotSet, cause: ScanFailure, now: Duration) {
        let fresh = slots.subtracting(self.slots)
        change(slots) { entry in
            let putOff = entry.putOffSince.map { now - $0 } ?? .zero
            return Entry(slots: entry.slots, since: entry.since + putOff, cause: cause)
        }
        if !fresh.isEmpty {
            self.slots.formUnion(fresh)
            entries.append(Entry(slots: fresh, since: now, cause: cause))
        }
    }

    /// Notes that slots wait for something else than their node: that is not the time that patience measures.
    /// What has passed of their patience is not forgotten, as they have made no progress.
    mutating func putOff(_ slots: SlotSet, now: Duration) {
        change(slots) { entry in
            var entry = entry
            if entry.putOffSince == nil { entry.putOffSince = now }
            return entry
        }
    }

    /// Changes entries as far as they hold some of these slots.
    private mutating func change(_ slots: SlotSet, _ changed: (Entry) -> Entry) {
        guard !entries.isEmpty, !self.slots.isDisjoint(with: slots) else { return }
        for index in entries.indices {
            var known = entries[index]
            known.slots.formIntersection(slots)
            guard !known.slots.isEmpty else { continue }
            if known.slots == entries[index].slots {
                entries[index] = changed(known)
            } else {
                entries[index].slots.subtract(known.slots)
                entries.append(changed(known))
            }
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

    /// Takes out the entries that began at or before a moment, but for those that are put off.
    mutating func removeAll(since moment: Duration) -> [Entry] {
        let isOld = { (entry: Entry) in entry.since <= moment && entry.putOffSince == nil }
        let old = entries.filter(isOld)
        entries.removeAll(where: isOld)
        for entry in old { slots.subtract(entry.slots) }
        return old
    }
}
