/// R14: slots that were read and could not be credited, since when, and how often.
struct LostSlots: Sendable {
    struct Entry: Sendable {
        var slots: SlotSet
        /// When they were first lost: before 0 where that was in an earlier process.
        let since: Duration
        let losses: Int
        /// They are not read again before this moment.
        let heldUntil: Duration
        let cause: ScanFailure
    }

    private(set) var entries: [Entry] = []
    /// All of them.
    private(set) var slots = SlotSet()
    /// Those that were lost twice or more.
    private(set) var restless = SlotSet()

    /// Slots lost this often are read by snapshot, whatever the strategy, where that is possible.
    static let restlessAfter = 2

    var isEmpty: Bool { entries.isEmpty }

    init() {}

    /// Takes up what earlier processes have lost.
    ///
    /// - Parameters:
    ///   - records: What the cursor says.
    ///   - pause: For how long slots are held back that were lost so many times.
    init(_ records: [LossRecord], pause: (Int) -> Duration) {
        let cause = Self.cause("so it was before the cursor was resumed", at: nil)
        for record in records {
            entries.append(
                Entry(
                    slots: record.slots,
                    since: .milliseconds(-record.milliseconds),
                    losses: record.losses,
                    heldUntil: pause(record.losses),
                    cause: cause
                )
            )
            slots.formUnion(record.slots)
            if record.losses >= Self.restlessAfter { restless.formUnion(record.slots) }
        }
    }

    /// What a cursor keeps of them, in ascending order of their first slots.
    func records(at now: Duration) -> [LossRecord] {
        entries
            .map { entry in
                LossRecord(slots: entry.slots, losses: entry.losses, since: entry.since, now: now)
            }
            .sorted()
    }

    static func cause(_ reason: String, at address: NodeAddress?) -> ScanFailure {
        let message = "the slots never stood still while they were read: \(reason)"
        return ScanFailure(.rediscover, .slotsNotCovered, message, at: address)
    }

    /// Notes that slots were lost once more.
    ///
    /// - Parameters:
    ///   - lost: The slots.
    ///   - cause: Why they were lost.
    ///   - now: The time since the start.
    ///   - pause: For how long slots are held back that were lost so many times.
    /// - Returns: The last moment until which one of them is held back.
    mutating func note(
        _ lost: SlotSet,
        cause: ScanFailure,
        now: Duration,
        pause: (Int) -> Duration
    ) -> Duration {
        var fresh = lost
        var last = now
        var changed: [Entry] = []
        if !slots.isDisjoint(with: lost) {
            for index in entries.indices {
                let known = entries[index].slots.intersection(lost)
                guard !known.isEmpty else { continue }
                fresh.subtract(known)
                entries[index].slots.subtract(known)
                let losses = entries[index].losses + 1
                let until = now + pause(losses)
                last = max(last, until)
                changed.append(
                    Entry(
                        slots: known,
                        since: entries[index].since,
                        losses: losses,
                        heldUntil: until,
                        cause: cause
                    )
                )
                restless.formUnion(known)
            }
            entries.removeAll(where: \.slots.isEmpty)
        }
        if !fresh.isEmpty {
            changed.append(Entry(slots: fresh, since: now, losses: 1, heldUntil: now, cause: cause))
            slots.formUnion(fresh)
        }
        entries += changed
        return last
    }

    /// Notes that slots were credited, or given up.
    mutating func clear(_ done: SlotSet) {
        guard !entries.isEmpty, !slots.isDisjoint(with: done) else { return }
        slots.subtract(done)
        restless.subtract(done)
        for index in entries.indices { entries[index].slots.subtract(done) }
        entries.removeAll(where: \.slots.isEmpty)
    }

    /// Slots that are not to be read yet.
    func held(at now: Duration) -> SlotSet {
        entries.reduce(into: SlotSet()) { held, entry in
            if entry.heldUntil > now { held.formUnion(entry.slots) }
        }
    }

    /// The first moment after this one at which slots are held back no longer.
    func nextRelease(after now: Duration) -> Duration? {
        entries.lazy.map(\.heldUntil).filter { $0 > now }.min()
    }

    /// How often the slot was lost that was lost most often.
    func mostLosses(of some: SlotSet) -> Int {
        guard !slots.isDisjoint(with: some) else { return 0 }
        return entries.reduce(0) { most, entry in
            entry.slots.isDisjoint(with: some) ? most : max(most, entry.losses)
        }
    }

    /// Takes out what was lost often, and first at or before a moment.
    mutating func removeAll(lostAtLeast losses: Int, since moment: Duration) -> [Entry] {
        let old = entries.filter { $0.losses >= losses && $0.since <= moment }
        for entry in old { clear(entry.slots) }
        return old
    }
}
