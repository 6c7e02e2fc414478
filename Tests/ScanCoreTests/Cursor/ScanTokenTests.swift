import ScanCore
import Testing

@Suite("Token of a cursor")
struct ScanTokenTests {
    @Test("what is written is what is read, for progress of every kind")
    func roundTrip() throws {
        var random = KeyspaceRandom(seed: 2024)
        for round in 0..<200 {
            let lanes = round % 10 == 0 ? Int.random(in: 6..<200, using: &random) : round % 6
            let progress = ScanProgress.random(lanes: lanes, using: &random)
            let token = ScanCursor(progress).description
            let read = try ScanCursor(token)
            #expect(read.progress?.parts == progress.parts, "round \(round)")
            #expect(read.description == token)
        }
    }

    @Test("a token is one word of letters, digits, - and _")
    func alphabet() {
        var random = KeyspaceRandom(seed: 7)
        for lanes in 0..<30 {
            let token = ScanCursor(.random(lanes: lanes, using: &random)).description
            #expect(
                token.utf8.allSatisfy { byte in
                    let character = Character(Unicode.Scalar(byte))
                    return character.isASCII
                        && (character.isLetter || character.isNumber || "-_".contains(character))
                }
            )
        }
    }

    @Test("a lane without slots is not written: it has nothing left to return")
    func laneWithoutSlots() throws {
        var progress = threeNodes()
        progress.lanes[LaneID(rawValue: 1)] = LaneRecord(nodeIndex: 0, process: mark(9), claims: SlotSet())
        #expect(ScanCursor(progress) == ScanCursor(threeNodes()))
        #expect(try ScanCursor(ScanCursor(progress).description).progress?.parts == threeNodes().parts)
    }

    @Test("the format does not change within a version: this is the example of Docs/Cursor.md")
    func example() throws {
        let token = ScanCursor(threeNodes()).description
        #expect(
            token
                == "Avs6WhCPZb81rsk5XQMH4Vs6JWq_vpK1X9-HrUsCAAGStV_fA90PE5_rFSJQh0-AB_HBCgACJWq_vge6HiZ_5BwtwLRqAAfigxUAAdUqA9YqBNUqJm3zcQ"
        )
        #expect(try ScanCursor(token).progress?.parts == threeNodes().parts)
    }

    // MARK: Sizes

    /// Every node is being walked, slots dealt out in contiguous shares, cursors as long as they get.
    private func wholeShares(nodes: Int, cursor: UInt64) -> ScanProgress {
        scattered(nodes: nodes, cursor: cursor) { slot in slot * nodes / HashSlot.count }
    }

    private func scattered(nodes: Int, cursor: UInt64, owner: (Int) -> Int) -> ScanProgress {
        var claims = Array(repeating: SlotSet(), count: nodes)
        for number in 0..<HashSlot.count {
            if let slot = HashSlot(rawValue: UInt16(number)) { claims[owner(number)].insert(slot) }
        }
        var progress = ScanProgress(queryDigest: .max, wanted: .all)
        progress.fingerprint = .max
        progress.mark = sampleMark(nodes: nodes)
        progress.keysReturned = 10_000_000_000
        for (number, slots) in claims.enumerated() {
            progress.lanes[LaneID(rawValue: UInt64(number))] = LaneRecord(
                nodeIndex: number,
                process: mark(UInt64(number), epoch: 5000),
                position: .scan(cursor),
                claims: slots
            )
        }
        return progress
    }

    private func size(_ progress: ScanProgress) -> Int {
        ScanCursor(progress).description.utf8.count
    }

    @Test("three nodes take less than 200 characters, whatever the server's cursors are")
    func threeNodesSize() {
        #expect(size(threeNodes()) == 118)
        #expect(size(wholeShares(nodes: 3, cursor: 0xFF_FFFF)) == 158)
        #expect(size(wholeShares(nodes: 3, cursor: .max)) == 182)
    }

    @Test(
        "a thousand nodes take 45,000 characters when all are being read, 3,000 when eight are"
    )
    func thousandNodesSize() {
        #expect(size(wholeShares(nodes: 1000, cursor: 0xFF_FFFF)) == 37_052)
        #expect(size(wholeShares(nodes: 1000, cursor: .max)) == 45_052)
        var progress = wholeShares(nodes: 1000, cursor: 0xFF_FFFF)
        for (id, record) in progress.orderedLanes where id.rawValue % 125 != 0 {
            progress.lanes[id] = nil
            if id.rawValue % 2 == 0 { progress.covered.formUnion(record.claims) }
        }
        #expect(size(progress) == 2986)
    }

    @Test("slots as scattered as can be take 8,400 characters with three nodes, 69,000 with a thousand")
    func scatteredSize() {
        #expect(size(scattered(nodes: 3, cursor: .max) { $0 % 3 }) == 8362)
        #expect(size(scattered(nodes: 1000, cursor: .max) { $0 % 1000 }) == 68_526)
    }

    @Test("even as many lanes as there are slots are written and read")
    func mostLanes() throws {
        var progress = ScanProgress(queryDigest: .max, wanted: .all)
        progress.keysReturned = .max
        progress.mark = sampleMark(nodes: 4)
        let source = ProcessMark(node: .max, run: .max, epoch: .max)
        for slot in SlotSet.all {
            progress.lanes[LaneID(rawValue: UInt64(slot.rawValue))] = LaneRecord(
                nodeIndex: HashSlot.count - 1,
                process: source,
                purpose: .migrationDestination(from: source),
                position: .scan(.max),
                claims: [slot]
            )
        }
        let token = ScanCursor(progress).description
        #expect(token.utf8.count == 1_460_971)
        #expect(try ScanCursor(token).progress?.lanes.count == HashSlot.count)
    }
}
