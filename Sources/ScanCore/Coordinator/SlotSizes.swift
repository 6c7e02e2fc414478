/// The sizes of the slots that a lane reads next, in ascending order of the slots.
///
/// They are few, asked for in order and used up in order, so a plain array serves better than a dictionary.
struct SlotSizes: Sendable {
    private var entries: [(slot: HashSlot, keys: Int)] = []

    var count: Int { entries.count }

    /// The size of a slot, if it is known.
    subscript(slot: HashSlot) -> Int? {
        get {
            let index = index(of: slot)
            return index < entries.count && entries[index].slot == slot ? entries[index].keys : nil
        }
        set {
            let index = index(of: slot)
            let isKnown = index < entries.count && entries[index].slot == slot
            switch (newValue, isKnown) {
            case (let keys?, true): entries[index].keys = keys
            case (let keys?, false): entries.insert((slot, keys), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// The slots that have more keys than this.
    func slots(above keys: Int) -> [HashSlot] {
        entries.lazy.filter { $0.keys > keys }.map(\.slot)
    }

    /// Forgets the slots below a bound.
    mutating func forget(below bound: Int) {
        entries.removeFirst(entries.firstIndex { Int($0.slot.rawValue) >= bound } ?? entries.count)
    }

    /// Where a slot is, or would be.
    private func index(of slot: HashSlot) -> Int {
        // As replies come in order, the slot mostly belongs behind all others.
        guard let last = entries.last, slot <= last.slot else { return entries.count }
        var (low, high) = (0, entries.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].slot < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
