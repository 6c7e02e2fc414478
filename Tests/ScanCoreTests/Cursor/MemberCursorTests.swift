import ScanCore
import Testing

@Suite("Cursors of members")
struct MemberCursorTests {
    private static func progress(_ type: CollectionType) -> MemberCursor.Progress {
        var progress = MemberCursor.Progress(
            key: [0, 0xFF] + Array("key".utf8),
            patternDigest: ScanQuery(pattern: "a*").digest,
            type: type
        )
        progress.process = 0x0123_4567_89AB_CDEF
        progress.position = 1 << 40
        progress.sequence = 7
        progress.returned = 300
        return progress
    }

    @Test("the text form is one URL-safe word and reads back the same", arguments: CollectionType.allCases)
    func roundTrip(type: CollectionType) throws {
        let cursor = MemberCursor(Self.progress(type))
        let text = cursor.description
        #expect(
            text.utf8.allSatisfy {
                Character(Unicode.Scalar($0)).isLetter || "0123456789-_.".utf8.contains($0)
            }
        )
        let copy = try MemberCursor(text)
        #expect(copy == cursor)
        #expect(copy.membersReturned == 300)
        #expect(!copy.isStart && !copy.isFinished)
    }

    @Test("0 starts, as everywhere in Redis")
    func start() throws {
        #expect(try MemberCursor("0") == .start)
        #expect(try MemberCursor("") == .start)
        #expect(MemberCursor.start.description == "0")
        #expect(MemberCursor.start.membersReturned == nil)
    }

    @Test("every flip of one bit and every truncation is noticed")
    func damage() throws {
        let text = MemberCursor(Self.progress(.hash)).description
        let bytes = try #require(Base64.decode(text.utf8.dropFirst(2), as: .urlSafe))
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                #expect(throws: ScanCursorError.self) {
                    try MemberCursor("m." + Base64.text(damaged, as: .urlSafe))
                }
            }
        }
        for length in 1..<text.count {
            #expect(throws: ScanCursorError.malformed) { try MemberCursor(String(text.prefix(length))) }
        }
    }

    @Test("cursors of a server and of a whole cluster are refused, and so are ours there")
    func others() {
        #expect(throws: ScanCursorError.plainServerCursor) { try MemberCursor("1234") }
        let whole = ScanCursor(ScanProgress(queryDigest: 1, wanted: .all)).description
        #expect(throws: ScanCursorError.malformed) { try MemberCursor(whole) }
        #expect(throws: ScanCursorError.malformed) {
            try ScanCursor(MemberCursor(Self.progress(.set)).description)
        }
    }

    @Test("a cursor is good for its key and its pattern only")
    func elsewhere() throws {
        let cursor = MemberCursor(Self.progress(.set))
        let key = Self.progress(.set).key
        #expect(try cursor.progress(key: key, pattern: "a*") == Self.progress(.set))
        for (key, pattern) in [(key, "b*"), (key, nil), (Array("other".utf8), "a*")]
            as [([UInt8], GlobPattern?)]
        {
            let error = #expect(throws: ClusterScanError.self) {
                try cursor.progress(key: key, pattern: pattern)
            }
            #expect(error?.code == .invalidCursor)
        }
        #expect(try MemberCursor.start.progress(key: key, pattern: nil)?.position == 0)
    }
}
