import ScanCore
import Testing

@Suite struct ImpliedSlotsTests {
    /// A pattern, the keys whose slots it implies (nil: any slot), and why.
    static let examples: [(pattern: String, keys: [String]?, reason: ImpliedSlots.Reason)] = [
        ("", [""], .exactKey),
        ("hello", ["hello"], .exactKey),
        ("h\\*llo", ["h*llo"], .exactKey),
        ("h[e]llo\\", ["hello\\"], .exactKey),
        ("{a", ["{a"], .exactKey),
        ("{}x{a}", ["{}x{a}"], .exactKey),
        ("{user:7}:*", ["user:7"], .hashTag(Array("user:7".utf8))),
        ("x{a}[bc]?*", ["a"], .hashTag([0x61])),
        ("[xy][^{]{\\*[b]}*", ["*b"], .hashTag(Array("*b".utf8))),
        ("{{a}}*", ["{a"], .hashTag(Array("{a".utf8))),
        ("}{a}*", ["a"], .hashTag([0x61])),
        ("h[ae]llo", ["hallo", "hello"], .finite(slots: 2)),
        ("{user:[0-2]}*", ["user:0", "user:1", "user:2"], .finite(slots: 3)),
        ("?{a}*", ["a", "{a"], .finite(slots: 2)),
        ("[a{]b}*{c}", nil, .anyRun(position: 6)),
        ("[x{]b}{c}*", ["c", "b"], .finite(slots: 2)),
        ("{[}a]}", ["{}}", "a"], .finite(slots: 2)),
        ("{[}a]}*", nil, .anyRun(position: 6)),
        ("*", nil, .anyRun(position: 0)),
        ("user:*", nil, .anyRun(position: 5)),
        ("*{a}", nil, .anyRun(position: 0)),
        ("{a*}x", nil, .anyRun(position: 2)),
        ("{}*", nil, .anyRun(position: 2)),
        ("??{a}*", nil, .anyRun(position: 5)),
        ("a[]*", [], .emptyClass(position: 1)),
        ("{a}*[", [], .emptyClass(position: 4)),
        ("??", nil, .tooManyAlternatives(position: 1)),
        ("{[0-9][0-9][0-9][0-9]}", nil, .tooManyAlternatives(position: 16)),
    ]

    @Test("a pattern implies the slots it should, for the right reason", arguments: examples)
    func example(pattern: String, keys: [String]?, reason: ImpliedSlots.Reason) {
        let implied = GlobPattern(pattern).impliedSlots
        #expect(implied.slots == keys.map { SlotSet($0.map { HashSlot(key: $0) }) } ?? .all)
        #expect(implied.reason == reason)
    }

    @Test("as many alternatives as are followed still give exact slots")
    func bound() {
        let exact = GlobPattern("{[a-p][a-p][a-p]}*").impliedSlots
        #expect(exact.slots.count <= 4_096)
        #expect(exact.reason == .finite(slots: exact.slots.count))
        #expect(GlobPattern("[a-p][a-p][a-p][a-b]").impliedSlots.slots == .all)
    }

    @Test("what the whole key hashes to does not multiply alternatives where a tag is certain")
    func longPrefix() {
        let implied = GlobPattern("[a-z][a-z][a-z][a-z][a-z][a-z]:{tag}*").impliedSlots
        #expect(implied.reason == .hashTag(Array("tag".utf8)))
    }

    @Test("a range that servers read differently implies what it matches on any of them")
    func platforms() {
        let pattern = GlobPattern(bytes: Array("{[a-".utf8) + [0xff] + Array("]}".utf8))
        // The signed reading has 0x00...0x61 and 0xff, the unsigned 0x61...0xff; together all, and `}` among
        // them.
        let tags = (UInt8.min...UInt8.max).filter { $0 != UInt8(ascii: "}") }.map { HashSlot(key: [$0]) }
        #expect(pattern.impliedSlots.slots == SlotSet(tags + [HashSlot(key: "{}}")]))
    }

    @Test("the slot that servers infer is inferred from the same patterns")
    func serverRule() {
        let inferred: [(String, String?)] = [
            ("", ""), ("hello", "hello"), ("{a}*", "a"), ("x{a}[", "a"), ("{}x{a}", "{}x{a}"), ("{a", "{a"),
            ("{{a}*", "{a"), ("}{a}?", "a"), ("{a}\\", "a"),
            ("*", nil), ("*{a}", nil), ("?{a}", nil), ("[x]{a}", nil), ("\\x{a}", nil), ("{a*}", nil),
            ("{}{a}*", nil),
            ("h[e]llo", nil), ("a\\", nil),
        ]
        for (pattern, hashed) in inferred {
            #expect(GlobPattern(pattern).serverImpliedSlot == hashed.map { HashSlot(key: $0) }, "\(pattern)")
        }
    }

    @Test("reasons are sentences")
    func descriptions() {
        #expect(
            GlobPattern("{a}*").impliedSlots.reason.description
                == "every key that matches has the hash tag {a}"
        )
        for (_, _, reason) in ImpliedSlotsTests.examples { #expect(!reason.description.isEmpty) }
    }
}
