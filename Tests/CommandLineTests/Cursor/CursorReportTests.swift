import ClusterScan
import Testing
import cluster_scan

@Suite("Cursor in words")
struct CursorReportTests {
    @Test("a cursor in progress tells slots, keys and every node that is read")
    func inProgress() throws {
        var progress = ScanProgress(queryDigest: 0xAB, wanted: .all)
        progress.fingerprint = 0xCD
        progress.keysReturned = 1_234_567
        progress.covered = try #require(SlotSet("0-8191"))
        progress.lanes[LaneID(rawValue: 1)] = LaneRecord(
            nodeIndex: 2,
            process: ProcessMark(node: 0xA1, run: 0xB2, epoch: 9),
            position: .scan(12345),
            claims: try #require(SlotSet("8192-16383"))
        )
        let report = CursorReport(ScanCursor(progress))
        #expect(
            report.text == """
                An iteration that is under way.

                keys returned   1,234,567
                slots wanted    all 16,384 slots
                slots covered   8,192 slots (0-8191)
                still to cover  8,192 slots (8192-16383)
                query           00000000000000ab, a digest of MATCH, TYPE and database
                topology        000000cd, a digest of the primaries that are counted below

                node 2
                  is            id 00000000000000a1…, run id 00000000000000b2…
                  config epoch  9
                  reads         8,192 slots (8192-16383), which it serves
                  stands        at the server's SCAN cursor 12345

                """
        )
        #expect(report.json.text.contains("\"server_cursor\": \"12345\""))
        #expect(report.json.text.contains("\"covered_slots\": \"0-8191\""))
    }

    @Test("the cursor 0 is explained")
    func start() {
        #expect(CursorReport(.start).text.hasPrefix("The cursor 0"))
        #expect(CursorReport(.start).json.text.contains("\"start\""))
    }
}
