extension SlotSet: Sequence {
    /// Gives the slots of a set in ascending order.
    public struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var word = 0
        private var rest: UInt64

        init(_ set: SlotSet) {
            words = set.words
            rest = set.words[0]
        }

        init(_ set: SlotSet, from first: Int) {
            words = set.words
            word = Swift.min(first / 64, SlotSet.wordCount - 1)
            rest = first < HashSlot.count ? words[word] & UInt64.max << UInt64(first % 64) : 0
        }

        /// The next slot, or nil after the last.
        public mutating func next() -> HashSlot? {
            while rest == 0 {
                guard word + 1 < words.count else { return nil }
                word += 1
                rest = words[word]
            }
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            return HashSlot(unchecked: UInt16(word * 64 + bit))
        }
    }

    /// An iterator over the slots in ascending order.
    public func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// The number of slots, which is exact and cheap.
    public var underestimatedCount: Int { count }
}

extension SlotSet {
    /// The runs of adjacent slots of a set, in ascending order.
    public struct Ranges: Sequence, IteratorProtocol, Sendable {
        private let words: [UInt64]
        private var position = 0

        init(_ set: SlotSet) {
            words = set.words
        }

        /// The next run, or nil after the last.
        public mutating func next() -> ClosedRange<HashSlot>? {
            let low = advance { $0 }
            guard low < HashSlot.count else { return nil }
            let high = advance { ~$0 } - 1
            return HashSlot(unchecked: UInt16(low))...HashSlot(unchecked: UInt16(high))
        }

        /// Moves to the next bit, from where it stands, that is set after a word is changed.
        private mutating func advance(_ change: (UInt64) -> UInt64) -> Int {
            while position < HashSlot.count {
                let rest = change(words[position / 64]) >> UInt64(position % 64)
                if rest != 0 {
                    position += rest.trailingZeroBitCount
                    return position
                }
                position = (position / 64 + 1) * 64
            }
            return position
        }
    }

    /// The runs of adjacent slots, longest possible, in ascending order.
    public var ranges: Ranges { Ranges(self) }
}
