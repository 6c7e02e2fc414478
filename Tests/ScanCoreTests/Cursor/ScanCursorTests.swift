import Foundation
import ScanCore
import Testing

@Suite("Scan cursor")
struct ScanCursorTests {
    @Test("0 and an empty text start an iteration; an iteration that has ended is written as 0")
    func startAndEnd() throws {
        #expect(try ScanCursor("0").isStart)
        #expect(try ScanCursor("").isStart)
        #expect(!ScanCursor.start.isFinished)
        #expect(ScanCursor.start.description == "0")
        var progress = threeNodes()
        #expect(!ScanCursor(progress).isStart && !ScanCursor(progress).isFinished)
        progress.covered = .all
        progress.lanes = [:]
        let finished = ScanCursor(progress)
        #expect(finished.isFinished && !finished.isStart)
        #expect(finished.description == "0")
        #expect(finished != .start)
    }

    @Test(
        "a cursor of one server is refused, and said to be one",
        arguments: [
            "1", "17", "00", "17592186044416", "18446744073709551615", "99999999999999999999",
        ]
    )
    func plainCursor(text: String) {
        #expect(throws: ScanCursorError.plainServerCursor) { try ScanCursor(text) }
    }

    @Test(
        "digits that no server gives, and other near misses, are damaged cursors",
        arguments: [
            "100000000000000000000", String(repeating: "0", count: 32), String(repeating: "7", count: 44),
            "+17", "-1",
            " 0", "0 ", "0\n", "\0", "٣", "17.0", "0x11", "A", "AA", "AQ==",
        ]
    )
    func nearMisses(text: String) {
        #expect(throws: ScanCursorError.malformed) { try ScanCursor(text) }
    }

    @Test("no text of ours is all digits: its first letter tells its version")
    func neverDigits() {
        var random = KeyspaceRandom(seed: 5)
        for lanes in 0..<40 {
            #expect(ScanCursor(.random(lanes: lanes % 8, using: &random)).description.hasPrefix("A"))
        }
        let shortest = ScanCursor(ScanProgress(queryDigest: 0, wanted: .all)).description
        #expect(shortest.utf8.count == 34)
    }

    @Test("a cursor belongs to its query")
    func otherQuery() throws {
        let query = ScanQuery(pattern: GlobPattern("user:*"))
        var progress = threeNodes()
        progress.queryDigest = query.digest
        let cursor = try ScanCursor(ScanCursor(progress).description)
        #expect(try cursor.progress(of: query).parts == progress.parts)
        #expect(throws: ScanCursorError.otherQuery) { try cursor.progress(of: ScanQuery()) }
        #expect(throws: ScanCursorError.otherQuery) {
            try cursor.progress(of: ScanQuery(pattern: GlobPattern("user:*"), type: .hash))
        }
    }

    @Test("a cursor at the start wants the query's slots, and one at the end wants nothing more")
    func progressOfEnds() throws {
        let query = ScanQuery(pattern: GlobPattern("{user:1}:*"))
        let start = try ScanCursor.start.progress(of: query)
        #expect(start.wanted.count == 1 && start.covered.isEmpty && start.queryDigest == query.digest)
        #expect(try ScanCursor.finished.progress(of: query).isFinished)
    }

    @Test("in JSON a cursor is a string")
    func json() throws {
        let cursor = ScanCursor(threeNodes())
        let json = try JSONEncoder().encode([cursor, .start])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(cursor.description)\",\"0\"]")
        #expect(try JSONDecoder().decode([ScanCursor].self, from: json) == [cursor, .start])
        #expect(throws: ScanCursorError.plainServerCursor) {
            try JSONDecoder().decode(ScanCursor.self, from: Data("\"17\"".utf8))
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ScanCursor.self, from: Data("17".utf8))
        }
    }

    @Test("cursors are equal exactly if their texts are")
    func equality() throws {
        let cursor = ScanCursor(threeNodes())
        var later = threeNodes()
        later.keysReturned += 1
        #expect(try Set([cursor, ScanCursor(cursor.description), ScanCursor(later), .start]).count == 3)
    }

    @Test("every error says what to do")
    func errors() {
        let errors: [ScanCursorError] = [.malformed, .plainServerCursor, .unknownVersion(9), .otherQuery]
        for error in errors {
            #expect(
                error.description.contains("Start") || error.description.contains("start")
                    || error.description.contains("resume")
            )
        }
        #expect(errors[2].description.contains("9"))
    }
}
