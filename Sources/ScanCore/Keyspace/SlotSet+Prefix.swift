extension SlotSet {
    /// The slots below a bound.
    ///
    /// - Parameter bound: From 0 for none to 16,384 for all.
    package init(below bound: Int) {
        guard bound > 0, let last = HashSlot(rawValue: UInt16(clamping: bound - 1)) else {
            self = bound > 0 ? .all : SlotSet()
            return
        }
        self.init(HashSlot(unchecked: 0)...last)
    }

    /// The lowest slot.
    package var first: HashSlot? { first { _ in true } }

    /// The slots of the set that are not below a bound, in ascending order.
    ///
    /// - Parameter bound: From 0 for all to 16,384 for none.
    /// - Returns: The slots.
    /// - Complexity: O(1) to begin; nothing is copied.
    package func slots(from bound: Int) -> IteratorSequence<Iterator> {
        IteratorSequence(Iterator(self, from: bound))
    }

    /// How many slots of the set are below a bound.
    ///
    /// - Parameter bound: From 0 for none to 16,384 for all.
    /// - Returns: The number.
    package func count(below bound: Int) -> Int {
        let (whole, rest) = (bound / 64, bound % 64)
        let count = words[..<whole].reduce(0) { $0 + $1.nonzeroBitCount }
        return rest == 0 ? count : count + (words[whole] & ~(UInt64.max << UInt64(rest))).nonzeroBitCount
    }
}
