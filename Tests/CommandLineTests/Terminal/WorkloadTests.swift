import ClusterScan
import Testing
import cluster_scan

@Suite("Share that is done")
struct WorkloadTests {
    private func node(_ digit: Character, slots: String, keys: Int, _ version: ServerVersion) throws
        -> NodeOverview
    {
        NodeOverview(
            id: try #require(NodeID(String(repeating: digit, count: 40))),
            address: nil,
            slots: try #require(SlotSet(slots)),
            keys: keys,
            version: version
        )
    }

    private func inspection(covered: String, _ lane: LaneRecord?) throws -> ScanCursor.Inspection {
        var progress = ScanProgress(queryDigest: 1, wanted: .all)
        progress.covered = try #require(SlotSet(covered))
        progress.lanes[LaneID(rawValue: 1)] = lane
        return try #require(ScanCursor(progress).inspection)
    }

    @Test("slots weigh as much as their nodes have keys, and a node counts as far as its cursor has come")
    func weights() throws {
        let workload = Workload([
            try node("a", slots: "0-8191", keys: 2_999_999, ServerVersion(.redis, 7, 0)),
            try node("b", slots: "8192-16383", keys: 999_999, ServerVersion(.redis, 7, 0)),
        ])
        #expect(abs(workload.fractionDone(try inspection(covered: "", nil))) < 1e-9)
        #expect(abs(workload.fractionDone(try inspection(covered: "8192-16383", nil)) - 0.25) < 1e-9)
        // Bit 0 is the highest of a reversed cursor: 1 is half the way.
        let half = LaneRecord(
            nodeIndex: 0,
            process: ProcessMark(node: 0xAAAA_AAAA_AAAA_AAAA, run: 1, epoch: 1),
            position: .scan(1),
            claims: try #require(SlotSet("0-8191"))
        )
        #expect(abs(workload.fractionDone(try inspection(covered: "8192-16383", half)) - 0.625) < 1e-9)
    }
}
