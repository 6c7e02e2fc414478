import ClusterScan
import Foundation
import Testing
import cluster_scan

@Suite("The last line of a dump in JSON")
struct ReportLineTests {
    private func report(_ line: ReportLine) throws -> [String: Any] {
        let document =
            try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: [String: Any]]
        return try #require(document?["report"])
    }

    @Test("tells that everything is there")
    func complete() throws {
        var report = ScanReport()
        report.wanted = .all
        let line = try self.report(ReportLine(report, keys: 5, cursor: nil))
        #expect(line["complete"] as? Bool == true)
        #expect(line["keys"] as? Int == 5)
        #expect(line["slots_covered"] as? Int == 16_384)
        #expect(line["cursor"] is NSNull)
    }

    @Test("tells what is missing, and where to go on from")
    func incomplete() throws {
        var report = ScanReport()
        report.wanted = .all
        report.uncovered = try #require(SlotSet("7-9"))
        #expect(try self.report(ReportLine(report, keys: 3, cursor: nil))["complete"] as? Bool == false)

        var progress = ScanProgress(queryDigest: 1, wanted: .all)
        progress.keysReturned = 3
        let cursor = ScanCursor(progress)
        let line = try self.report(ReportLine(report, keys: 3, cursor: cursor))
        #expect(line["complete"] as? Bool == false)
        #expect(line["uncovered"] as? String == "7-9")
        #expect(line["cursor"] as? String == cursor.description)
    }
}
