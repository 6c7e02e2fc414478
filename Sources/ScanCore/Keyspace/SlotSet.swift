/// A set of hash slots.
///
/// A bitmap of 2 KiB with value semantics: copies share their storage until one of them is changed, and every
/// operation on whole sets takes constant time.
public struct SlotSet: SetAlgebra, Hashable, Sendable {
    package static let wordCount = HashSlot.count / 64

    private static let noWords = [UInt64](repeating: 0, count: wordCount)

    /// Every slot of a cluster.
    public static let all = SlotSet(words: [UInt64](repeating: .max, count: wordCount))

    /// Always `wordCount` words: slot *s* is bit `s % 64` of word `s / 64`.
    package private(set) var words: [UInt64]

    init(words: [UInt64]) {
        precondition(words.count == SlotSet.wordCount)
        self.words = words
    }

    /// Makes an empty set.
    public init() {
        words = SlotSet.noWords
    }

    /// Makes a set of the slots of a range.
    ///
    /// - Parameter range: the first and the last slot.
    public init(_ range: ClosedRange<HashSlot>) {
        self.init()
        insert(range)
    }

    /// Makes a set of the slots of some ranges.
    ///
    /// - Parameter ranges: the ranges, in any order; they may overlap.
    public init(ranges: some Sequence<ClosedRange<HashSlot>>) {
        self.init()
        for range in ranges { insert(range) }
    }

    /// The number of slots in the set.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether the set has no slot.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether a slot is in the set.
    ///
    /// - Parameter slot: the slot.
    /// - Returns: whether it is.
    public func contains(_ slot: HashSlot) -> Bool {
        words.withUnsafeBufferPointer { Membership(words: $0).contains(slot) }
    }

    /// Adds a slot.
    ///
    /// - Parameter slot: the slot.
    /// - Returns: whether the slot was new, and the slot.
    @discardableResult
    public mutating func insert(_ slot: HashSlot) -> (inserted: Bool, memberAfterInsert: HashSlot) {
        let inserted = !contains(slot)
        if inserted { words[slot.word] |= slot.bit }
        return (inserted, slot)
    }

    /// Adds the slots of a range.
    ///
    /// - Parameter range: the first and the last slot.
    public mutating func insert(_ range: ClosedRange<HashSlot>) {
        let (low, high) = (range.lowerBound, range.upperBound)
        for word in low.word...high.word {
            var bits = UInt64.max
            if word == low.word { bits &= UInt64.max << UInt64(low.rawValue % 64) }
            if word == high.word { bits &= UInt64.max >> UInt64(63 - high.rawValue % 64) }
            words[word] |= bits
        }
    }

    /// Removes a slot.
    ///
    /// - Parameter slot: the slot.
    /// - Returns: the slot, or nil if it was not in the set.
    @discardableResult
    public mutating func remove(_ slot: HashSlot) -> HashSlot? {
        guard contains(slot) else { return nil }
        words[slot.word] &= ~slot.bit
        return slot
    }

    /// Adds a slot.
    ///
    /// - Parameter slot: the slot.
    /// - Returns: the slot if it was in the set before, or nil.
    @discardableResult
    public mutating func update(with slot: HashSlot) -> HashSlot? {
        insert(slot).inserted ? nil : slot
    }

    /// Replaces each word by what becomes of it and the same word of another set.
    @inline(__always)
    mutating func combine(with other: SlotSet, _ operation: (UInt64, UInt64) -> UInt64) {
        // Both have `wordCount` words; without bounds checks the loop runs on vectors.
        other.words.withUnsafeBufferPointer { others in
            words.withUnsafeMutableBufferPointer { words in
                for word in 0..<SlotSet.wordCount { words[word] = operation(words[word], others[word]) }
            }
        }
    }
}

extension SlotSet {
    /// Membership tests for a hot loop: see ``withMembership(_:)``.
    package struct Membership {
        let words: UnsafeBufferPointer<UInt64>

        @inline(__always)
        package func contains(_ slot: HashSlot) -> Bool {
            words[slot.word] & slot.bit != 0
        }
    }

    /// Calls a closure with a view of the set that tests membership with a load and a mask.
    ///
    /// - Parameter body: the closure; the view is valid until it returns.
    /// - Returns: what the closure returned.
    /// - Throws: what the closure threw.
    @inline(__always)
    package func withMembership<Result, Failure: Error>(
        _ body: (Membership) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try words.withUnsafeBufferPointer { (words) throws(Failure) in try body(Membership(words: words)) }
    }
}

extension HashSlot {
    @inline(__always)
    fileprivate var word: Int { Int(rawValue >> 6) }

    @inline(__always)
    fileprivate var bit: UInt64 { 1 &<< UInt64(rawValue & 63) }
}
