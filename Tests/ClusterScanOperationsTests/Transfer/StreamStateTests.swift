import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Streams on two sides")
struct StreamStateTests {
    private static func text(_ text: String) -> RESPValue { .bulkString(Array(text.utf8)) }

    private static func fields(_ pairs: (String, RESPValue)...) -> RESPValue {
        .array(pairs.flatMap { [text($0.0), $0.1] })
    }

    /// A reply as Redis 7.0.15 gives it, without what has no say here; `pel` is how 6.0 called it.
    private static func stream(
        lastID: String = "2-1",
        group: String = "g",
        delivered: String = "2-1",
        pending: [(id: String, consumer: String, time: Int64, count: Int64)] = [("2-1", "c", 1, 1)],
        word: String = "pending"
    ) -> RESPValue {
        let entries = pending.map { entry in
            RESPValue.array([
                text(entry.id), text(entry.consumer), .integer(entry.time), .integer(entry.count),
            ])
        }
        let groups = fields(
            ("name", text(group)),
            ("last-delivered-id", text(delivered)),
            ("lag", .integer(0)),
            (word, .array(entries)),
            ("consumers", .array([]))
        )
        return fields(
            ("length", .integer(1)),
            ("last-generated-id", text(lastID)),
            ("entries", .array([.array([text("2-1"), .array([text("a"), text("b")])])])),
            ("groups", .array([groups]))
        )
    }

    @Test("last id, groups, how far they are, and what is pending count; when it was delivered does not")
    func differences() {
        let one = StreamState(Self.stream())
        func difference(_ other: RESPValue) -> String? { one.difference(to: StreamState(other)) }
        #expect(difference(Self.stream(pending: [("2-1", "c", 77, 1)], word: "pel")) == nil)
        #expect(difference(Self.stream(pending: [("2-1", "c", 1, 1), ("1-1", "c", 1, 1)])) == nil, "deleted")
        #expect(difference(Self.stream(lastID: "3-1")) == "its last id differs")
        #expect(difference(Self.stream(group: "h")) == "its groups differ")
        #expect(difference(Self.stream(delivered: "1-1")) == "its group g has got elsewhere")
        for pending in [[], [("2-1", "d", 1, 1)], [("2-1", "c", 1, 2)]] as [[(String, String, Int64, Int64)]]
        {
            #expect(difference(Self.stream(pending: pending)) == "what is pending in its group g differs")
        }
        #expect(difference(Self.fields()) == "its values differ")
    }
}
