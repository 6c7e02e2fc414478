import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Lookups")
struct LookupTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func decision(
        _ claimants: [String],
        entry: String?,
        isTrue: Bool = true
    ) -> LookupDecision? {
        LookupDecision(claimants: claimants.map(bytes), entry: entry.map(bytes), entryIsTrue: isTrue)
    }

    @Test("an entry names the first of all keys that have the value, whoever was found first")
    func winner() throws {
        let added = try #require(Self.decision(["b", "a", "c"], entry: nil))
        #expect(added.winner == Self.bytes("a") && added.step == .add)
        #expect(added.others == [Self.bytes("b"), Self.bytes("c")])
        let replaced = try #require(Self.decision(["a"], entry: "b"))
        #expect(replaced.winner == Self.bytes("a") && replaced.step == .replace)
        #expect(replaced.others == [Self.bytes("b")])
        let kept = try #require(Self.decision(["b"], entry: "a"))
        #expect(kept.winner == Self.bytes("a") && kept.step == .keep)
        #expect(kept.others == [Self.bytes("b")])
    }

    @Test("a key that is found again is no conflict")
    func again() throws {
        let decision = try #require(Self.decision(["a", "a"], entry: "a"))
        #expect(decision.step == .keep && decision.others.isEmpty)
    }

    @Test("an entry whose key has lost the value gives way, and is no conflict")
    func stale() throws {
        let decision = try #require(Self.decision(["b"], entry: "a", isTrue: false))
        #expect(decision.winner == Self.bytes("b") && decision.step == .replace)
        #expect(decision.others.isEmpty)
        #expect(Self.decision([], entry: nil) == nil)
    }

    @Test(
        "all of a lookup is in one slot, whatever braces values have",
        arguments: LookupLayout.allCases,
        ["lookup:username", "{users}:by-name", "a{b", "x}y", "{}z"]
    )
    func slots(layout: LookupLayout, name: String) throws {
        let lookup = try #require(Lookup(name.utf8, layout: layout))
        let values = ["alice", "{bob}", "}", "{", "", "}{carol}", "\u{0}"]
        #expect(Set(values.map { HashSlot(key: lookup.key(of: Self.bytes($0))) }).count == 1)
    }

    @Test("a name that cannot keep its lookup in one slot is refused")
    func refused() {
        #expect(Lookup("".utf8, layout: .hash) == nil)
        #expect(Lookup("}a".utf8, layout: .keys) == nil)
        #expect(Lookup("}a".utf8, layout: .hash) != nil)
    }

    @Test("names of entries are as documented")
    func names() throws {
        let plain = try #require(Lookup("lookup:username".utf8, layout: .sets))
        #expect(plain.key(of: Self.bytes("alice")) == Self.bytes("{lookup:username}:alice"))
        let tagged = try #require(Lookup("{users}:by-name".utf8, layout: .keys))
        #expect(tagged.key(of: Self.bytes("alice")) == Self.bytes("{users}:by-name:alice"))
    }
}
