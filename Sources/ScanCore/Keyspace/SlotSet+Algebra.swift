extension SlotSet {
    /// Adds the slots of another set.
    ///
    /// - Parameter other: the other set.
    public mutating func formUnion(_ other: SlotSet) {
        combine(with: other) { $0 | $1 }
    }

    /// Removes the slots that are not in another set.
    ///
    /// - Parameter other: the other set.
    public mutating func formIntersection(_ other: SlotSet) {
        combine(with: other) { $0 & $1 }
    }

    /// Keeps the slots that are in exactly one of the two sets.
    ///
    /// - Parameter other: the other set.
    public mutating func formSymmetricDifference(_ other: SlotSet) {
        combine(with: other) { $0 ^ $1 }
    }

    /// Removes the slots of another set.
    ///
    /// - Parameter other: the other set.
    public mutating func subtract(_ other: SlotSet) {
        combine(with: other) { $0 & ~$1 }
    }

    /// The slots that are in this set, in the other, or in both.
    ///
    /// - Parameter other: the other set.
    /// - Returns: the union.
    public func union(_ other: SlotSet) -> SlotSet {
        var result = self
        result.formUnion(other)
        return result
    }

    /// The slots that are in both sets.
    ///
    /// - Parameter other: the other set.
    /// - Returns: the intersection.
    public func intersection(_ other: SlotSet) -> SlotSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    /// The slots that are in exactly one of the two sets.
    ///
    /// - Parameter other: the other set.
    /// - Returns: the symmetric difference.
    public func symmetricDifference(_ other: SlotSet) -> SlotSet {
        var result = self
        result.formSymmetricDifference(other)
        return result
    }

    /// The slots of this set that are not in the other.
    ///
    /// - Parameter other: the other set.
    /// - Returns: the difference.
    public func subtracting(_ other: SlotSet) -> SlotSet {
        var result = self
        result.subtract(other)
        return result
    }

    /// Whether every slot of this set is in another.
    ///
    /// - Parameter other: the other set.
    /// - Returns: whether it is so.
    public func isSubset(of other: SlotSet) -> Bool {
        zip(words, other.words).allSatisfy { $0 & ~$1 == 0 }
    }

    /// Whether this set and another have no slot in common.
    ///
    /// - Parameter other: the other set.
    /// - Returns: whether it is so.
    public func isDisjoint(with other: SlotSet) -> Bool {
        zip(words, other.words).allSatisfy { $0 & $1 == 0 }
    }
}
