import ScanCore
import Testing

@Suite("Reply parser")
struct ReplyParserTests {
    /// One of each, in one stream.
    static let stream: [UInt8] = [
        "+OK\r\n", "+\r\n", "-MOVED 3999 127.0.0.1:6381\r\n", ":0\r\n", ":-9223372036854775808\r\n",
        "$5\r\n\u{0}\r\n$\u{0}\r\n", "$0\r\n\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n",
        "*2\r\n$2\r\n17\r\n*3\r\n$1\r\na\r\n$0\r\n\r\n$3\r\na\r\n\r\n",
        "*3\r\n*2\r\n:0\r\n*2\r\n$9\r\n127.0.0.1\r\n:7000\r\n-ERR inside\r\n*1\r\n*-1\r\n",
        ":1\r\n",
    ].joined().utf8Bytes

    static let values: [RESPValue] = [
        .simpleString("OK".utf8Bytes), .simpleString([]),
        .error(ServerError(message: "MOVED 3999 127.0.0.1:6381")),
        .integer(0), .integer(.min),
        .bulkString([0, 13, 10, 36, 0]), .bulkString([]), .null, .null, .array([]),
        .array([
            .bulkString("17".utf8Bytes),
            .array([.bulkString("a".utf8Bytes), .bulkString([]), .bulkString("a\r\n".utf8Bytes)]),
        ]),
        .array([
            .array([.integer(0), .array([.bulkString("127.0.0.1".utf8Bytes), .integer(7000)])]),
            .error(ServerError(message: "ERR inside")),
            .array([.null]),
        ]),
        .integer(1),
    ]

    @Test("replies are the same however the network cuts them")
    func chunks() throws {
        for size in 1...Self.stream.count {
            #expect(try parse(Self.stream, inChunksOf: size).get() == Self.values, "chunks of \(size)")
        }
    }

    @Test("a reply is not handed out before its last byte")
    func incomplete() throws {
        for length in 0..<Self.stream.count {
            let replies = try parse(Array(Self.stream[..<length]), inChunksOf: length + 1).get()
            #expect(replies == Array(Self.values[..<replies.count]))
            #expect(replies.count < Self.values.count)
        }
    }

    @Test(
        "what is not RESP2 is refused",
        arguments: [
            "?\r\n", "HTTP/1.1 400 Bad Request\r\n", "$abc\r\n", "$-2\r\n", "*-2\r\n", "*1x\r\n", ":1x\r\n",
            ":9223372036854775808\r\n", "$3\r\nabcd\r\n", "$3\r\nabcXX", "$99999999999999999999\r\n",
            "*99999999999999999999\r\n", "%1\r\n+a\r\n+b\r\n", "~1\r\n+a\r\n", ">1\r\n+a\r\n", "_\r\n",
            "#t\r\n",
            ",1.5\r\n", "(123\r\n", "=5\r\ntxt:x\r\n", "*2\r\n+a\r\n?",
        ]
    )
    func malformed(input: String) {
        for size in [1, 3, 100] {
            let outcome = parse(input.utf8Bytes, inChunksOf: size)
            #expect(throws: ReplyParser.Failure.self) { try outcome.get() }
            #expect(outcome.failure?.kind == .protocolViolation)
            #expect(outcome.failure?.message.isEmpty == false)
        }
    }

    @Test(
        "joined replies are one, in one piece of memory, however they are cut",
        arguments: [1, 2, 3, 7, 1000]
    )
    func joined(size: Int) throws {
        let wire = "*2\r\n$1\r\na\r\n$2\r\nbc\r\n*0\r\n:7\r\n:8\r\n*1\r\n$1\r\nd\r\n".utf8Bytes
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        var replies: [FlatReply] = []
        for start in stride(from: 0, to: wire.count, by: size) {
            try wire[start..<min(start + size, wire.count)].withUnsafeBytes { bytes in
                var rest = bytes
                while let reply = try parser.next(&rest, joining: replies.isEmpty ? 4 : 1) {
                    replies.append(reply)
                }
            }
        }
        #expect(replies.count == 2)
        let readings = try #require(replies.first).slotBurstReply(snapshots: 2, counts: 2)
        #expect(readings.keys.map(\.string) == ["a", "bc"])
        #expect(readings.keys.byteCount == 3)
        #expect(readings.lengths == [2, 0])
        #expect(readings.counts == [7, 8])
        #expect(replies.last?.value == .array([.bulkString([UInt8(ascii: "d")])]))
    }

    @Test(
        "joined replies of another form are refused",
        arguments: [
            "*0\r\n*0\r\n", ":1\r\n:2\r\n", "+OK\r\n:2\r\n", "*1\r\n:1\r\n:2\r\n", "*1\r\n*0\r\n:2\r\n",
            "*0\r\n$1\r\n1\r\n", "*-1\r\n:2\r\n",
        ]
    )
    func notReadings(wire: String) throws {
        let reply = try #require(try joinedPair(wire))
        #expect(throws: ReplyError.self) { try reply.slotBurstReply(snapshots: 1, counts: 1) }
    }

    @Test(
        "an error among joined replies is told as the server told it",
        arguments: ["-NOPERM x\r\n:1\r\n", "*0\r\n-NOPERM x\r\n"]
    )
    func errorAmongJoined(wire: String) throws {
        let reply = try #require(try joinedPair(wire))
        #expect(throws: ReplyError.server(ServerError(message: "NOPERM x"))) {
            try reply.slotBurstReply(snapshots: 1, counts: 1)
        }
    }

    private func joinedPair(_ wire: String) throws -> FlatReply? {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        return try wire.utf8Bytes.withUnsafeBytes { bytes in
            var rest = bytes
            return try parser.next(&rest, joining: 2)
        }
    }

    @Test("after a failure nothing is read any more, and the failure stays")
    func sticky() {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        let first = parser.failure("?".utf8Bytes)
        #expect(first != nil)
        #expect(parser.failure("+OK\r\n".utf8Bytes) == first)
        #expect(parser.failure([]) == first)
    }

    @Test("a line without end is refused before it takes memory", arguments: ["+", "$", "*", ":", "+a\n"])
    func endlessLine(start: String) {
        var parser = ReplyParser(maximumReplyBytes: 1 << 30)
        var failure = parser.failure(start.utf8Bytes)
        var sent = 0
        while failure == nil, sent < 1 << 20 {
            failure = parser.failure([UInt8](repeating: UInt8(ascii: "1"), count: 4096))
            sent += 4096
        }
        #expect(failure?.kind == .protocolViolation)
        #expect(sent <= 80 << 10)
    }

    @Test("a bulk string larger than the bound is refused once the bound is reached")
    func hugeBulkString() {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        var failure = parser.failure("$5368709120\r\n".utf8Bytes)
        var sent = 0
        while failure == nil, sent < 4 << 20 {
            failure = parser.failure([UInt8](repeating: 0, count: 64 << 10))
            sent += 64 << 10
        }
        #expect(failure?.kind == .replyTooLarge)
        #expect(failure?.message == "the reply takes more than 1048576 bytes")
        #expect(sent <= (1 << 20) + (64 << 10))
        #expect(parser.memory <= 4 << 20)
    }

    @Test("an array of more values than fit is refused when it is announced")
    func hugeArray() {
        #expect(parse("*1000000000\r\n".utf8Bytes, inChunksOf: 20).failure?.kind == .replyTooLarge)
        let nested = "*2\r\n*60000\r\n".utf8Bytes
        #expect(parse(nested, inChunksOf: 20, maximum: 1 << 20).failure == nil)
        #expect(parse(nested, inChunksOf: 20, maximum: 60000 * 16).failure?.kind == .replyTooLarge)
    }

    @Test("values count against the bound, not only their bytes")
    func manyValues() {
        let arrays =
            "*8\r\n" + String(repeating: "*900\r\n" + String(repeating: "*0\r\n", count: 900), count: 8)
        #expect(parse(arrays.utf8Bytes, inChunksOf: 4096, maximum: 16 * (1 + 8 * 901)).failure == nil)
        let refused = parse(arrays.utf8Bytes, inChunksOf: 4096, maximum: 16 * 8 * 901)
        #expect(refused.failure?.kind == .replyTooLarge)
    }

    @Test("a reply that just fits the bound is read")
    func justFits() throws {
        let reply = "$1000\r\n".utf8Bytes + [UInt8](repeating: 7, count: 1000) + "\r\n".utf8Bytes
        #expect(try parse(reply, inChunksOf: 2000, maximum: 1016).get().count == 1)
        #expect(parse(reply, inChunksOf: 2000, maximum: 1015).failure?.kind == .replyTooLarge)
    }

    @Test("arrays nested without end are refused")
    func nesting() throws {
        let deep = String(repeating: "*1\r\n", count: 7) + ":1\r\n"
        #expect(try parse(deep.utf8Bytes, inChunksOf: 5).get().count == 1)
        let bomb = String(repeating: "*1\r\n", count: 100_000).utf8Bytes
        #expect(parse(bomb, inChunksOf: 4096).failure?.kind == .protocolViolation)
    }

    @Test("an idle parser gives the memory of a huge reply back")
    func idleMemory() throws {
        var parser = ReplyParser(maximumReplyBytes: 1 << 30)
        let huge = "$20000000\r\n".utf8Bytes + [UInt8](repeating: 7, count: 20_000_000)
        #expect(parser.failure(huge) == nil)
        #expect(parser.memory > 20_000_000)
        var replies: [RESPValue] = []
        #expect(parser.failure("\r\n+next\r\n:".utf8Bytes) { replies.append($0.value) } == nil)
        #expect(replies.map { $0.bytes?.count } == [20_000_000, 4])
        #expect(parser.memory < 64 << 10)
        #expect(parser.failure("1\r\n".utf8Bytes) { replies.append($0.value) } == nil)
        #expect(replies.last == .integer(1))
    }

    @Test("damaged streams end in an error or in values, the same for every chunking")
    func damagedStreams() throws {
        var random = SplitMix(state: 20_260_101)
        for round in 0..<3000 {
            var bytes = Self.stream
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default:
                    bytes.insert(
                        "$*:+-0123456789\r\n".utf8Bytes.randomElement(using: &random) ?? 0,
                        at: index
                    )
                }
            }
            let whole = parse(bytes, inChunksOf: bytes.count, maximum: 1 << 16)
            let cut = parse(bytes, inChunksOf: Int.random(in: 1..<9, using: &random), maximum: 1 << 16)
            #expect(whole.values == cut.values, "round \(round)")
            #expect((whole.failure == nil) == (cut.failure == nil), "round \(round)")
        }
    }
}

/// What came out of a stream.
struct ParserOutcome {
    var values: [RESPValue] = []
    var failure: ReplyParser.Failure?

    func get() throws -> [RESPValue] {
        if let failure { throw failure }
        return values
    }
}

func parse(_ bytes: [UInt8], inChunksOf size: Int, maximum: Int = 1 << 30) -> ParserOutcome {
    var parser = ReplyParser(maximumReplyBytes: maximum)
    var outcome = ParserOutcome()
    var rest = bytes[...]
    while !rest.isEmpty, outcome.failure == nil {
        outcome.failure = parser.failure(Array(rest.prefix(size))) { outcome.values.append($0.value) }
        rest = rest.dropFirst(size)
    }
    return outcome
}

extension ReplyParser {
    /// Reads all of the input.
    mutating func failure(_ input: [UInt8], onReply: (FlatReply) -> Void = { _ in }) -> Failure? {
        input.withUnsafeBytes { bytes in
            var rest = bytes
            do throws(Failure) {
                while let reply = try next(&rest) { onReply(reply) }
                return nil
            } catch {
                return error
            }
        }
    }
}

extension String {
    var utf8Bytes: [UInt8] { Array(utf8) }
}

/// A generator that gives the same numbers on every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
