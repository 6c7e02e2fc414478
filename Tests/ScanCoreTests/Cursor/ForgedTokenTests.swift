import ScanCore
import Testing

/// A checksum keeps nobody from making tokens: what passes it must still be bounded, and in the one form
/// that is ours.
@Suite("Forged tokens")
struct ForgedTokenTests {
    private func token(_ body: [UInt8]) -> String {
        var writer = ByteWriter()
        writer.write(contentsOf: body)
        writer.write(fixed: CRC32.checksum(of: body))
        return Base64.text(writer.bytes, as: .urlSafe)
    }

    private func body(of progress: ScanProgress) throws -> [UInt8] {
        try #require(Base64.decode(ScanCursor(progress).description.utf8, as: .urlSafe)).dropLast(4)
    }

    private func outcome(_ body: [UInt8]) -> Result<ScanCursor, ScanCursorError> {
        Result { () throws(ScanCursorError) in try ScanCursor(token(body)) }
    }

    /// A body with everything before the lanes, then what is given.
    private func forged(version: UInt8 = 2, lanes: UInt64 = 0, _ rest: (inout ByteWriter) -> Void) -> [UInt8]
    {
        var writer = ByteWriter()
        writer.write(version)
        writer.write(fixed: UInt64(1))
        writer.write(fixed: UInt32(2))
        writer.write(varint: 0)
        writer.write(varint: 3)
        writer.write(varint: lanes)
        rest(&writer)
        return writer.bytes
    }

    private func runs(_ runs: [(symbol: UInt64, length: UInt64)], form: UInt8 = 0) -> [UInt8] {
        forged { writer in
            writer.write(form)
            for run in runs {
                writer.write(varint: run.symbol)
                writer.write(varint: run.length)
            }
        }
    }

    private func expectMalformed(_ body: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: ScanCursorError.malformed, sourceLocation: sourceLocation) { try outcome(body).get() }
    }

    @Test("the forger's tools make a token that is read")
    func control() throws {
        let cursor = try outcome(runs([(1, 1000), (2, 15_384)])).get()
        #expect(cursor.progress?.covered == SlotSet(below: 1000))
        #expect(cursor.progress?.wanted == .all)
    }

    @Test("another version is named, whatever it holds; version 0 never was")
    func versions() {
        for version in [1] + Array(UInt8(3)...255) {
            #expect(throws: ScanCursorError.unknownVersion(version)) {
                try outcome([version] + Array(repeating: 0xAB, count: Int(version))).get()
            }
        }
        expectMalformed(forged(version: 0) { $0.write(contentsOf: [0, 2, 0x80, 0x80, 1]) })
    }

    @Test("runs must fill the slots exactly, with symbols that exist")
    func badRuns() {
        expectMalformed(runs([]))
        expectMalformed(runs([(2, 16_383)]))
        expectMalformed(runs([(2, 16_385)]))
        expectMalformed(runs([(2, 0), (2, 16_384)]))
        expectMalformed(runs([(2, 16_384), (2, 1)]))
        expectMalformed(runs([(2, .max)]))
        expectMalformed(runs([(3, 16_384)]))
        expectMalformed(runs([(.max, 16_384)]))
        expectMalformed(runs([(2, 16_384)], form: 2))
        expectMalformed(runs([(2, 16_384)], form: 1))
    }

    @Test("what could be written shorter is refused: no cursor has two texts")
    func canonical() throws {
        expectMalformed(runs([(2, 1000), (2, 15_384)]))
        // Packed, where one run would do.
        expectMalformed(forged { $0.write(contentsOf: [1] + Array(repeating: 0b1010_1010, count: 4096)) })
        // Runs, where packed symbols are shorter.
        expectMalformed(runs((0..<16_384).map { (UInt64($0 % 2 + 1), 1) }))
        // A number with a needless byte.
        var body = try body(of: threeNodes())
        body.replaceSubrange(14..<17, with: [0x87, 0xAD, 0xCB, 0x80, 0x00])
        expectMalformed(body)
        // Bytes after the end.
        expectMalformed(try self.body(of: threeNodes()) + [0])
    }

    @Test("the nodes that mark a cluster are few, each once, in order")
    func marks() throws {
        func marked(_ prefixes: [UInt32]) -> [UInt8] {
            var writer = ByteWriter()
            writer.write(UInt8(2))
            writer.write(fixed: UInt64(1))
            writer.write(fixed: UInt32(2))
            writer.write(varint: UInt64(prefixes.count))
            for prefix in prefixes { writer.write(fixed: prefix) }
            writer.write(contentsOf: [3, 0, 0, 2, 0x80, 0x80, 1])
            return writer.bytes
        }
        #expect(throws: Never.self) { try outcome(marked([1, 2, 3, 4])).get() }
        expectMalformed(marked([2, 1]))
        expectMalformed(marked([1, 1]))
        expectMalformed(marked([1, 2, 3, 4, 5]))
    }

    @Test("an iteration that has ended, or wants nothing, has no token")
    func finished() {
        expectMalformed(runs([(1, 16_384)]))
        expectMalformed(runs([(0, 16_384)]))
    }

    @Test("lanes must exist, claim slots, and point where a node can be")
    func lanes() {
        func lane(flags: UInt8 = 0, index: UInt64 = 0, position: UInt64 = 0, symbol: UInt64 = 3) -> [UInt8] {
            forged(lanes: 1) { writer in
                writer.write(flags)
                writer.write(varint: index)
                writer.write(fixed: UInt64(1))
                writer.write(fixed: UInt64(2))
                writer.write(varint: 5)
                writer.write(varint: position)
                writer.write(contentsOf: [0, UInt8(symbol), 0x80, 0x80, 1])
            }
        }
        #expect(throws: Never.self) { try outcome(lane()).get() }
        #expect(throws: Never.self) { try outcome(lane(flags: 4, position: 16_384)).get() }
        expectMalformed(lane(flags: 4, position: 16_385))
        expectMalformed(lane(flags: 4, position: .max))
        expectMalformed(lane(flags: 3))
        expectMalformed(lane(flags: 12))
        #expect(throws: Never.self) { try outcome(lane(flags: 16)).get() }
        expectMalformed(lane(flags: 32))
        expectMalformed(lane(flags: 128))
        expectMalformed(lane(index: 16_384))
        expectMalformed(lane(index: .max))
        expectMalformed(lane(symbol: 2))
        expectMalformed(lane(symbol: 4))
    }

    @Test("losses are of slots that are open, each once, in order")
    func losses() throws {
        func lost(_ bytes: [UInt8]) -> [UInt8] { runs([(1, 1000), (2, 15_384)]) + bytes }
        // One entry: three losses, five milliseconds, one run, that begins at slot 1000 and is one slot long.
        let cursor = try outcome(lost([1, 3, 5, 1, 0xE8, 7, 0])).get()
        let expected = LossRecord(slots: slots("1000"), losses: 3, milliseconds: 5)
        #expect(cursor.progress?.losses == [expected])
        expectMalformed(lost([0]))
        expectMalformed(lost([1]))
        // A covered slot, none, never lost, beyond the last slot, twice, out of order.
        expectMalformed(lost([1, 3, 5, 1, 0xE7, 7, 0]))
        expectMalformed(lost([1, 3, 5, 0]))
        expectMalformed(lost([1, 0, 5, 1, 0xE8, 7, 0]))
        expectMalformed(lost([1, 3, 5, 1, 0xE8, 7, 0x80, 0x80, 1]))
        expectMalformed(lost([2, 3, 5, 1, 0xE8, 7, 0, 3, 5, 1, 0xE8, 7, 0]))
        expectMalformed(lost([2, 3, 5, 1, 0xE9, 7, 0, 3, 5, 1, 0xE8, 7, 0]))
        // Adjacent runs are one.
        expectMalformed(lost([1, 3, 5, 2, 0xE8, 7, 0, 0, 0]))
    }

    @Test(
        "lanes that are announced and not there cost nothing",
        arguments: [1, 16_384, 16_385, 1 << 40, .max]
    )
    func announced(lanes: UInt64) {
        expectMalformed(forged(lanes: lanes) { _ in })
        expectMalformed(forged(lanes: lanes) { $0.write(contentsOf: Array(repeating: 0, count: 100)) })
    }

    @Test("altered bytes under a right checksum are refused, or are the one text of what they say")
    func alteredBodies() throws {
        var random = KeyspaceRandom(seed: 77)
        let bodies = try ScanTokenDamageTests.tokens.map {
            try #require(Base64.decode($0.utf8, as: .urlSafe)).dropLast(4)
        }
        var accepted = 0
        for _ in 0..<2000 {
            var body = Array(try #require(bodies.randomElement(using: &random)))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: body[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: body[position] = UInt8.random(in: 0...255, using: &random)
                case 2 where body.count > 8: body.remove(at: position)
                default: body.insert(UInt8.random(in: 0...255, using: &random), at: position)
                }
            }
            let token = token(body)
            guard let cursor = try? ScanCursor(token) else { continue }
            accepted += 1
            #expect(cursor.description == token)
        }
        #expect(accepted > 100)
    }
}
