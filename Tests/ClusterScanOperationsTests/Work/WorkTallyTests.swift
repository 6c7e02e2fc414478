import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Tally of work")
struct WorkTallyTests {
    private let keys = KeyBatch((0..<20).map { Array("key-\($0)".utf8) })

    @Test("keys are counted by what became of them, and refusals by the server's first word")
    func counts() {
        var tally = WorkTally()
        tally.add(.done, for: keys[0])
        tally.add(.missing, for: keys[1])
        tally.add(.unchanged, for: keys[2])
        #expect(tally.isClean)
        for index in 3..<13 {
            tally.add(.refused(ServerError(message: "WRONGTYPE no \(index)")), for: keys[index])
        }
        tally.add(.refused(ServerError(message: "OOM full")), for: keys[13])
        #expect((tally.keys, tally.done, tally.missing, tally.unchanged) == (14, 1, 1, 1))
        #expect(tally.refusedCount == 11)
        #expect(tally.refused["WRONGTYPE"]?.count == 10)
        #expect(tally.refused["WRONGTYPE"]?.message == "WRONGTYPE no 3")
        #expect(tally.refused["WRONGTYPE"]?.samples == (3..<8).map { keys[$0].bytes })
        #expect(tally.refused["OOM"]?.samples == [keys[13].bytes])
        #expect(!tally.isClean)
    }

    @Test("what two tallies counted adds up, with no more samples than one has")
    func merging() {
        var first = WorkTally()
        var second = WorkTally()
        for index in 0..<4 { first.add(.refused(ServerError(message: "ERR a")), for: keys[index]) }
        for index in 4..<9 { second.add(.refused(ServerError(message: "ERR b")), for: keys[index]) }
        second.add(.done, for: keys[9])
        first.merge(second)
        #expect(first.keys == 10 && first.done == 1)
        #expect(first.refused["ERR"]?.count == 9)
        #expect(first.refused["ERR"]?.message == "ERR a")
        #expect(first.refused["ERR"]?.samples == (0..<5).map { keys[$0].bytes })
    }

    @Test("a server that makes words up does not fill the memory")
    func manyCodes() {
        var tally = WorkTally()
        for number in 0..<10_000 {
            tally.add(.refused(ServerError(message: "CODE\(number) x")), for: keys[0])
        }
        #expect(tally.refusedCount == 10_000)
        #expect(tally.refused.count <= 51)
    }
}
