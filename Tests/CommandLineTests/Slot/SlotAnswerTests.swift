import ClusterScan
import Testing
import cluster_scan

@Suite("Answer to 'slot'")
struct SlotAnswerTests {
    private static func answer(_ text: String, as kind: SlotAnswer.Kind? = nil) -> SlotAnswer {
        SlotAnswer(Array(text.utf8), as: kind)
    }

    @Test("what has a special character of globs is a pattern, everything else a key")
    func kind() {
        #expect(["a*", "a?", "[a]", "a\\*"].allSatisfy { Self.answer($0).kind == .pattern })
        #expect(["a", "{a}b", "a]", "^a", ""].allSatisfy { Self.answer($0).kind == .key })
        #expect(Self.answer("a*", as: .key).kind == .key)
        #expect(Self.answer("a", as: .pattern).kind == .pattern)
    }

    @Test("the slot of a key comes with what was hashed; 12739 is the specification's example")
    func key() {
        #expect(
            Self.answer("123456789").text(shards: nil) == """
                key        123456789
                slot       12739
                why        there is no hash tag, so the whole name is hashed

                """
        )
        #expect(Self.answer("a{123456789}").text(shards: nil).contains("slot       12739\n"))
        #expect(Self.answer("a{123456789}").reason == "the hash tag {123456789} is hashed")
    }

    @Test("owners are named, and slots that nobody serves")
    func owners() throws {
        let node = ClusterNode(
            id: try #require(NodeID(String(repeating: "a", count: 40))),
            address: NodeAddress(host: "h", port: 7000)
        )
        let slots = try #require(SlotSet("12739"))
        let shard = ClusterTopology.Shard(primary: node, replicas: [], slots: slots)
        #expect(
            Self.answer("123456789").text(shards: [shard]).hasSuffix(
                "served by  h:7000 (aaaaaaaa)\nasked      1 of 1 primaries\n"
            )
        )
        #expect(Self.answer("1").text(shards: [shard]).contains("NOT SERVED by any node: 1 slot ("))
        #expect(Self.answer("*").text(shards: [shard]).contains("h:7000 (aaaaaaaa): 1 slot (12739)"))
        #expect(Self.answer("123456789").json(shards: [shard]).text.contains("\"address\": \"h:7000\""))
    }
}
