import ClusterScan
import Testing

@Suite("Reading a collection")
struct CollectionWalkTests {
    private static let key = Array("k".utf8)
    private let address = NodeAddress(host: "a", port: 1)

    private func process(_ digit: Character, _ version: ServerVersion = ServerVersion(.redis, 7, 0)) throws
        -> NodeStatus
    {
        let id = try #require(NodeID(String(repeating: "a", count: 40)))
        let run = try #require(RunID(String(repeating: digit, count: 40)))
        return NodeStatus(nodeID: id, runID: run, version: version)
    }

    private func walk(
        _ type: CollectionType? = nil,
        from cursor: MemberCursor = .start,
        match pattern: GlobPattern? = nil,
        withValues: Bool = true,
        count: Int = 2
    ) throws -> CollectionWalk {
        try CollectionWalk(
            Self.key,
            from: cursor,
            expecting: type,
            match: pattern,
            withValues: withValues,
            count: count
        )
    }

    private func text(_ walk: CollectionWalk, _ process: NodeStatus) -> String {
        walk.command(for: process).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    private func page(_ cursor: String, _ elements: String...) -> RESPValue {
        .array([.bulkString(Array(cursor.utf8)), .array(elements.map { .bulkString(Array($0.utf8)) })])
    }

    /// Takes a reply that makes a page.
    private func page(
        of walk: inout CollectionWalk,
        _ reply: RESPValue,
        from process: NodeStatus
    ) throws -> MemberPage {
        let page = try walk.take(reply, from: process, at: address)
        return try #require(page)
    }

    @Test("the type is asked for first, and a key that is not there is an error")
    func type() throws {
        let (a, missing) = (try process("a"), "none")
        var walk = try walk()
        #expect(text(walk, a) == "TYPE k")
        let none = try walk.take(.simpleString(Array("set".utf8)), from: a, at: address)
        #expect(none == nil)
        #expect(text(walk, a) == "SSCAN k 0 COUNT 2")
        var other = try self.walk()
        let error = #expect(throws: ClusterScanError.self) {
            try other.take(.simpleString(Array(missing.utf8)), from: a, at: address)
        }
        #expect(error?.code == .noSuchKey)
    }

    @Test("another process is asked from the beginning, and what it answers says so")
    func startingOver() throws {
        let (a, b) = (try process("a"), try process("b"))
        var walk = try walk(.set)
        let first = try page(of: &walk, page("17", "x", "y"), from: a)
        #expect(!first.hasStartedOver && first.cursor.membersReturned == 2)
        #expect(text(walk, a) == "SSCAN k 17 COUNT 2")
        #expect(text(walk, b) == "SSCAN k 0 COUNT 2")
        let again = try page(of: &walk, page("5", "x"), from: b)
        #expect(again.hasStartedOver && again.cursor.membersReturned == 1)
        #expect(text(walk, b) == "SSCAN k 5 COUNT 2" && text(walk, a) == "SSCAN k 0 COUNT 2")
    }

    @Test("a cursor carries the walk on in another process of ours, at the same process of the server")
    func resuming() throws {
        let a = try process("a")
        var walk = try walk(.hash)
        let first = try page(of: &walk, page("9", "f", "v"), from: a)
        var resumed = try self.walk(from: try MemberCursor(first.cursor.description))
        _ = try resumed.take(.simpleString(Array("hash".utf8)), from: a, at: address)
        #expect(text(resumed, a) == "HSCAN k 9 COUNT 2")
        let last = try page(of: &resumed, page("0", "g", "w"), from: a)
        #expect(last.members == [.field(Array("g".utf8), value: Array("w".utf8))])
        #expect(last.cursor.isFinished && resumed.isFinished && !last.hasStartedOver)
    }

    @Test("values are left out by servers that can, and dropped where they travel")
    func withoutValues() throws {
        let (old, new) = (try process("a"), try process("b", ServerVersion(.redis, 7, 4)))
        var walk = try walk(.hash, withValues: false)
        #expect(text(walk, new) == "HSCAN k 0 COUNT 2 NOVALUES")
        #expect(text(walk, old) == "HSCAN k 0 COUNT 2")
        let page = try page(of: &walk, page("0", "f", "v"), from: old)
        #expect(page.members == [.field(Array("f".utf8), value: nil)])
    }

    @Test("what is not understood is an error, never a member that is left out")
    func unexpected() throws {
        let a = try process("a")
        let replies: [(CollectionType, RESPValue)] = [
            (.set, .array([])), (.set, page("-1", "x")), (.hash, page("0", "field")),
            (.sortedSet, page("0", "member", "no number")), (.list, .integer(1)),
            (.list, .array([.null])), (.stream, .array([.array([])])),
        ]
        for (type, reply) in replies {
            var walk = try walk(type)
            let error = #expect(throws: ClusterScanError.self) {
                try walk.take(reply, from: a, at: address)
            }
            #expect(error?.code == .protocolViolation && error?.address == address, "\(type) \(reply)")
        }
    }

    @Test("a cursor of the server that comes back is an error")
    func cycle() throws {
        let a = try process("a")
        var walk = try walk(.set)
        #expect(throws: ClusterScanError.self) {
            for _ in 0..<10 {
                for cursor in ["3", "5", "7"] { _ = try walk.take(page(cursor, "x"), from: a, at: address) }
            }
        }
    }

    @Test("lists go on by index and streams by id, at any process")
    func ordered() throws {
        let (a, b) = (try process("a"), try process("b"))
        var list = try walk(.list)
        #expect(text(list, a) == "LRANGE k 0 1")
        let elements = RESPValue.array([.bulkString([1]), .bulkString([2])])
        let first = try page(of: &list, elements, from: a)
        #expect(first.members == [.element([1], index: 0), .element([2], index: 1)])
        #expect(text(list, b) == "LRANGE k 2 3")
        let last = try page(of: &list, .array([.bulkString([3])]), from: b)
        #expect(last.cursor.isFinished)
        var stream = try walk(.stream, count: 1)
        #expect(text(stream, a) == "XRANGE k 0-0 + COUNT 1")
        let entry = RESPValue.array([
            .array([.bulkString(Array("5-1".utf8)), .array([.bulkString([1]), .bulkString([2])])])
        ])
        let entries = try page(of: &stream, entry, from: a)
        let expected = Member.Field(name: [1], value: [2])
        #expect(entries.members == [.entry(StreamID(milliseconds: 5, sequence: 1), fields: [expected])])
        #expect(text(stream, b) == "XRANGE k 5-2 + COUNT 1")
    }
}
