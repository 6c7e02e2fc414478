import HeapModule

/// Simulated time: what happens when, in an order that only the seed decides.
final class Timeline {
    private struct Entry: Comparable {
        let time: Int
        let number: Int
        let action: () -> Void

        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    private var entries = Heap<Entry>()
    private var scheduled = 0
    /// Microseconds since the beginning.
    private(set) var now = 0

    func schedule(after delay: Int, _ action: @escaping () -> Void) {
        scheduled += 1
        entries.insert(Entry(time: now + max(0, delay), number: scheduled, action: action))
    }

    /// Lets nothing more happen: what is scheduled holds all that it would change.
    func stop() { entries = Heap() }

    /// Lets the next thing happen; `false` if there is none.
    func step() -> Bool {
        guard let entry = entries.popMin() else { return false }
        now = entry.time
        entry.action()
        return true
    }
}
