/// The slots that keys matching a glob pattern can have, and why.
///
/// Every key that matches is in one of ``slots``, on servers of any version and platform; so an iteration
/// need ask the owners of these slots only. The set is as small as it can be, unless the reason says that
/// there were too many alternatives to tell.
public struct ImpliedSlots: Sendable, Hashable {
    /// The slots; all of them if the pattern implies nothing, none if no key can match.
    public let slots: SlotSet

    /// What in the pattern leads to these slots.
    public let reason: Reason

    /// Why a pattern implies the slots that it implies. Positions count bytes of the pattern from 0.
    public enum Reason: Sendable, Hashable {
        /// The pattern matches one key only.
        case exactKey
        /// All keys that match have this hash tag.
        case hashTag([UInt8])
        /// What is hashed of the keys that match is one of finitely many byte strings, in this many different
        /// slots.
        case finite(slots: Int)
        /// The class at this position matches no byte, so the pattern matches no key.
        case emptyClass(position: Int)
        /// The `*` at this position stands before a hash tag is complete, so it can lead to any slot.
        case anyRun(position: Int)
        /// More alternatives than are followed have met at this position, so all slots are taken to be
        /// possible.
        case tooManyAlternatives(position: Int)
    }
}

extension ImpliedSlots.Reason: CustomStringConvertible {
    /// The reason as a sentence without its full stop.
    public var description: String {
        switch self {
        case .exactKey:
            "the pattern matches one key only"
        case .hashTag(let tag):
            "every key that matches has the hash tag {\(PrintableBytes.text(tag))}"
        case .finite(let slots):
            "the wildcards leave finitely many hash tags or keys, in \(slots) slots"
        case .emptyClass(let position):
            "the class at byte \(position) matches nothing, so no key matches"
        case .anyRun(let position):
            "the * at byte \(position) comes before a hash tag is complete, so keys can be in any slot"
        case .tooManyAlternatives(let position):
            "up to byte \(position) there are too many alternatives, so keys are taken to be in any slot"
        }
    }
}

extension GlobPattern {
    /// The slots that keys matching this pattern can have.
    ///
    /// - Complexity: O(*n*) in the length of the pattern; the number of alternatives followed is bounded.
    public var impliedSlots: ImpliedSlots {
        TagExploration(self).run()
    }

    /// The slot that servers with one dictionary per slot infer from this pattern, so that `SCAN` walks this
    /// slot only; nil if they walk all their slots.
    ///
    /// This is `patternHashSlot` of Redis 7.4 and Valkey 8.0 (`cluster.c`), to the letter: any of `* ? [ \`
    /// before a hash tag is complete means no slot; no special byte at all means the slot of the one key.
    public var serverImpliedSlot: HashSlot? {
        let special = bytes.firstIndex { "*?[\\".utf8.contains($0) } ?? bytes.endIndex
        return bytes.withUnsafeBytes { bytes in
            let plain = UnsafeRawBufferPointer(rebasing: bytes[..<special])
            if special == bytes.count || HashTag.range(in: plain) != nil { return HashSlot(key: plain) }
            return nil
        }
    }
}
