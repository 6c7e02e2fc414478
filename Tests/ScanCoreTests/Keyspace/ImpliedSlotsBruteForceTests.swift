import ScanCore
import Testing

/// Compares what patterns imply with the slots of all keys over small alphabets that match them.
@Suite struct ImpliedSlotsBruteForceTests {
    private struct Key {
        let bytes: [UInt8]
        let slot: HashSlot
    }

    /// All keys of up to so many bytes of an alphabet.
    private static func keys(over alphabet: String, upTo length: Int) -> [Key] {
        var all: [[UInt8]] = [[]]
        var longest = all
        for _ in 0..<length {
            longest = longest.flatMap { key in alphabet.utf8.map { key + [$0] } }
            all += longest
        }
        return all.map { Key(bytes: $0, slot: HashSlot(key: $0)) }
    }

    private static func slots(of keys: [Key], matching pattern: GlobPattern) -> SlotSet {
        SlotSet(keys.lazy.filter { pattern.matches($0.bytes) }.map(\.slot))
    }

    @Test("no key that matches is in a slot that is not implied", arguments: 0..<8 as Range<UInt64>)
    func sound(seed: UInt64) {
        let special = "{}ab*?[]\\-^"
        let keys =
            ImpliedSlotsBruteForceTests.keys(over: "{}ab", upTo: 5)
            + ImpliedSlotsBruteForceTests.keys(over: special, upTo: 3)
        var random = KeyspaceRandom(seed: seed)
        var narrowed = 0
        for _ in 0..<400 {
            let pattern = GlobPattern(bytes: random.bytes(from: special.utf8, count: 0...9))
            let implied = pattern.impliedSlots.slots
            let matching = ImpliedSlotsBruteForceTests.slots(of: keys, matching: pattern)
            #expect(matching.isSubset(of: implied), "\(pattern)")
            if !matching.isEmpty, implied != .all { narrowed += 1 }
            if let slot = pattern.serverImpliedSlot {
                #expect(implied.isEmpty || implied == [slot], "\(pattern)")
            }
        }
        #expect(narrowed > 20)
    }

    @Test("no slot is implied without a key in it, where all keys that match can be tried")
    func tight() {
        let keys = ImpliedSlotsBruteForceTests.keys(over: "{}ab", upTo: 6)
        let parts = ["{", "{", "}", "}", "a", "b", "\\{", "[ab]", "[a{]", "[b}]", "[{}]", "[a]", "[b-a]"]
        var random = KeyspaceRandom(seed: 3)
        var reasons: [String: Int] = [:]
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...5, using: &random)
            let fixed = (0..<length).compactMap { _ in parts.randomElement(using: &random) }
            let pattern = GlobPattern(fixed.joined() + (Bool.random(using: &random) ? "*" : ""))
            let implied = pattern.impliedSlots
            let matching = ImpliedSlotsBruteForceTests.slots(of: keys, matching: pattern)
            switch implied.reason {
            case .anyRun:
                #expect(matching.count > 1, "\(pattern)")
                reasons["any", default: 0] += 1
            case .tooManyAlternatives, .emptyClass:
                Issue.record("\(pattern): \(implied.reason)")
            case .exactKey:
                reasons["key", default: 0] += 1
                #expect(matching == implied.slots && matching.count == 1, "\(pattern)")
            case .hashTag(let tag):
                reasons["tag", default: 0] += 1
                #expect(matching == implied.slots && matching == [HashSlot(key: tag)], "\(pattern)")
            case .finite:
                reasons["finite", default: 0] += 1
                #expect(matching == implied.slots, "\(pattern)")
            }
        }
        #expect(reasons.values.allSatisfy { $0 > 20 } && reasons.count == 4, "\(reasons)")
    }
}
