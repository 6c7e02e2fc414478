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
}
