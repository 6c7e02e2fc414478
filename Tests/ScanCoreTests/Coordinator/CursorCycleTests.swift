import ScanCore
import Testing

@Suite("Cursors that come back")
struct CursorCycleTests {
    private func pagesUntilNoticed(_ cursors: some Sequence<UInt64>) -> Int? {
        var cycle = CursorCycle(from: 0)
        for (page, cursor) in cursors.enumerated() where cycle.closes(with: cursor) { return page + 1 }
        return nil
    }

    @Test("a cycle of any length, after any start, is noticed within a few rounds")
    func cycles() throws {
        for length in [1, 2, 3, 10, 1000] {
            for lead in [0, 1, 7, 500] {
                let round = (0..<length).map { UInt64(100_000 + $0) }
                let start = (0..<lead).map { UInt64(1 + $0) }
                let cursors = start + (0..<20).flatMap { _ in round } + (0..<20).flatMap { _ in round }
                let pages = try #require(pagesUntilNoticed(cursors), "\(length) after \(lead)")
                #expect(pages <= 3 * (length + lead) + 3)
            }
        }
    }

    @Test("the cursors of a server never come back, however its dictionary grows and shrinks meanwhile")
    func serverCursors() {
        var random = SplitMix(state: 7)
        for _ in 0..<200 {
            var cursors: [UInt64] = []
            var cursor: UInt64 = 0
            repeat {
                // The server's step: reverse binary, in a table of a size that changes as it likes.
                let mask = (UInt64(1) << (4 + random.next() % 6)) - 1
                var value = cursor | ~mask
                value = Self.reversed(value) &+ 1
                cursor = Self.reversed(value)
                cursors.append(cursor)
            } while cursor != 0 && cursors.count < 100_000
            #expect(cursor == 0)
            #expect(pagesUntilNoticed(cursors) == nil)
        }
    }

    private static func reversed(_ value: UInt64) -> UInt64 {
        (0..<64).reduce(0) { $0 | (value >> UInt64($1) & 1) << UInt64(63 - $1) }
    }

    @Test("an iteration whose cursor comes back fails, and what was read before is kept")
    func coordinator() throws {
        typealias Script = CoordinatorScript
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(
            NodeStatus(nodeID: Script.a.id, runID: Script.run("1"), configEpoch: 1, slots: .all)
        )
        try script.answerPage(of: Script.a, expecting: 0, next: 5, keys: ["one"])
        try script.answerPage(of: Script.a, expecting: 5, next: 5, keys: ["two"])
        #expect(script.deliveredKeys == ["one"])
        #expect(script.error?.code == .protocolViolation)
    }
}
