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
        word: String = "pending",
        entriesRead: RESPValue = .integer(2)
    ) -> RESPValue {
        let entries = pending.map { entry in
            RESPValue.array([
                text(entry.id), text(entry.consumer), .integer(entry.time), .integer(entry.count),
            ])
        }
        let groups = fields(
            ("name", text(group)),
            ("last-delivered-id", text(delivered)),
            ("entries-read", entriesRead),
            ("lag", .integer(0)),
            (word, .array(entries)),
            ("consumers", .array([fields(("name", text("c")))]))
        )
        return fields(
            ("length", .integer(1)),
            ("last-generated-id", text(lastID)),
            ("max-deleted-entry-id", text("1-1")),
            ("entries-added", .integer(2)),
            ("entries", .array([.array([text("2-1"), .array([text("a"), text("b")])])])),
            ("groups", .array([groups]))
        )
    }

    @Test("last id, groups, how far they are, and what is pending count; when it was delivered does not")
    func differences() {
        let one = StreamState(Self.stream())
        func difference(_ other: RESPValue) -> String? { one.difference(to: StreamState(other)) }
        #expect(difference(Self.stream(pending: [("2-1", "c", 77, 1)], word: "pel")) == nil)
        #expect(difference(Self.stream(entriesRead: .null)) == nil, "an older server does not know it")
        #expect(
            difference(Self.stream(entriesRead: .integer(1)))
                == "its group g has read another number of entries"
        )
        #expect(difference(Self.stream(lastID: "3-1")) == "its last id differs")
        #expect(difference(Self.stream(group: "h")) == "its groups differ")
        #expect(difference(Self.stream(delivered: "1-1")) == "its group g has got elsewhere")
        let deleted = ("1-1", "c", Int64(1), Int64(1))
        for pending in [[], [("2-1", "d", 1, 1)], [("2-1", "c", 1, 2)], [("2-1", "c", 1, 1), deleted]]
            as [[(String, String, Int64, Int64)]]
        {
            #expect(difference(Self.stream(pending: pending)) == "what is pending in its group g differs")
        }
        #expect(difference(Self.fields()) == "its values differ")
    }

    private static func commands(_ reply: RESPValue, countsEntries: Bool = true) -> [String] {
        PlainValue.stream(StreamState(reply)).commands(writing: [0x74], countsEntries: countsEntries).map {
            words in
            words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
    }

    @Test(
        "a pending entry that was deleted is added, claimed and deleted again; a trimmed one is trimmed"
    )
    func deleted() {
        let pending: [(String, String, Int64, Int64)] = [
            ("1-1", "c", 7, 3), ("2-1", "c", 8, 1), ("3-1", "c", 9, 1),
        ]
        let claim = "RETRYCOUNT 1 FORCE JUSTID"
        #expect(
            Self.commands(Self.stream(lastID: "3-1", pending: pending)) == [
                "XGROUP CREATE t g 2-1 MKSTREAM ENTRIESREAD 2", "XGROUP CREATECONSUMER t g c",
                "XADD t 1-1 deleted ", "XCLAIM t g c 0 1-1 TIME 7 RETRYCOUNT 3 FORCE JUSTID",
                "XTRIM t MAXLEN 0",
                "XADD t 2-1 a b", "XADD t 3-1 deleted ",
                "XCLAIM t g c 0 2-1 TIME 8 \(claim)", "XCLAIM t g c 0 3-1 TIME 9 \(claim)", "XDEL t 3-1",
                "XSETID t 3-1 ENTRIESADDED 2 MAXDELETEDID 1-1",
            ]
        )
    }

    @Test("an older server is told nothing that it does not know")
    func older() {
        #expect(
            Self.commands(Self.stream(pending: []), countsEntries: false) == [
                "XGROUP CREATE t g 2-1 MKSTREAM", "XGROUP CREATECONSUMER t g c", "XADD t 2-1 a b",
                "XSETID t 2-1",
            ]
        )
    }

    @Test("a stream without entries and groups comes into being all the same")
    func empty() {
        let reply = Self.fields(
            ("last-generated-id", Self.text("5-5")),
            ("entries", .array([])),
            ("groups", .array([]))
        )
        #expect(
            Self.commands(reply) == [
                "XGROUP CREATE t cluster-scan 0 MKSTREAM", "XGROUP DESTROY t cluster-scan", "XSETID t 5-5",
            ]
        )
    }
}
