import ScanCore
import Testing

@Suite("Looking into a cursor")
struct ScanCursorInspectionTests {
    private func lane(_ position: LaneRecord.Position, claims: String) throws -> ScanCursor.Lane {
        var progress = ScanProgress(queryDigest: 1, wanted: .all)
        progress.lanes[LaneID(rawValue: 1)] = LaneRecord(
            nodeIndex: 0,
            process: ProcessMark(node: 0xA, run: 0xB, epoch: 3),
            purpose: .migrationSource(to: 0xC),
            position: position,
            claims: try #require(SlotSet(claims))
        )
        return try #require(ScanCursor(progress).inspection?.lanes.first)
    }

    @Test("it says what was put in")
    func contents() throws {
        let lane = try lane(.scan(42), claims: "0-99")
        #expect(lane.process.nodeIDPrefix == "000000000000000a")
        #expect(lane.process.runIDPrefix == "000000000000000b")
        #expect(lane.process.configEpoch == 3)
        #expect(lane.purpose == .migrationSource(to: "000000000000000c"))
        #expect(lane.position == .server(cursor: 42))
        #expect(lane.slots.description == "0-99")
        #expect(ScanCursor.start.inspection == nil)
    }

    @Test("a cursor of a server with one table is a fraction with its bits reversed")
    func oneTable() throws {
        let server = ServerVersion(.redis, 7, 2)
        let fractions = try [0, 1, 2, 3, 4].map {
            try lane(.scan($0), claims: "0-99").fractionRead(onServer: server)
        }
        #expect(fractions == [0, 0.5, 0.25, 0.75, 0.125])
        #expect(try lane(.scan(.max), claims: "0-99").fractionRead(onServer: server) <= 1)
    }

    @Test("a cursor of a server with one table per slot counts the slots below the one in its low 14 bits")
    func tablePerSlot() throws {
        let server = ServerVersion(.valkey, 8, 0)
        #expect(try lane(.scan(7 << 14 | 25), claims: "0-99").fractionRead(onServer: server) == 0.25)
        #expect(try lane(.scan(0), claims: "0-99").fractionRead(onServer: server) == 0)
        #expect(try lane(.scan(16383), claims: "0-99").fractionRead(onServer: server) == 1)
        #expect(try lane(.slots(below: 50), claims: "0-99").fractionRead(onServer: server) == 0.5)
        #expect(try lane(.slots(below: 16384), claims: "0-99").fractionRead(onServer: server) == 1)
        #expect(try lane(.walked, claims: "0-99").fractionRead(onServer: server) == 1)
    }
}
