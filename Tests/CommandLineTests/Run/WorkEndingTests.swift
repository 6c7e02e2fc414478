import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

@Suite("End of work on keys")
struct WorkEndingTests {
    private let words = WorkWords(done: "deleted")
    private let keys = KeyBatch((0..<10).map { Array("key\n\($0)".utf8) })

    private func tally(done: Int, refused: String? = nil) -> WorkTally {
        var tally = WorkTally()
        for _ in 0..<done { tally.add(.done, for: keys[0]) }
        if let refused {
            for key in keys { tally.add(.refused(ServerError(message: refused)), for: key) }
        }
        return tally
    }

    private func ending(
        _ ending: WorkReport.Ending,
        _ tally: WorkTally,
        _ scan: ScanReport? = ScanReport(),
        signal: cluster_scan.ExitStatus? = nil
    ) -> WorkEnding {
        let report = WorkReport(
            tally: tally,
            cursor: .start,
            ending: ending,
            scan: scan,
            elapsed: .seconds(2)
        )
        return WorkEnding(report, signal: signal)
    }

    @Test("all done is status 0 and nothing to complain of")
    func complete() {
        let ending = ending(.complete, tally(done: 3_000))
        #expect(ending.status == .complete)
        #expect(ending.complaint(words, colors: false) == nil)
        #expect(ending.summary(words) == "3,000 keys deleted in 2.00 s (1.50 k/s)")
    }

    @Test("keys that servers refuse are status 1, and named so that no terminal is misled")
    func refused() throws {
        let ending = ending(.complete, tally(done: 1, refused: "OOM full\u{1B}[2J"))
        #expect(ending.status.rawValue == 1)
        #expect(ending.counts(words) == "1 key deleted, 10 refused")
        let complaint = try #require(ending.complaint(words, colors: false))
        #expect(complaint.hasPrefix(#"Error: OOM: 10 keys, such as key\n0 key\n1 "#))
        #expect(complaint.hasSuffix("…: OOM full\u{FFFD}[2J"))
    }

    @Test("slots that were given up make work incomplete, though the user allowed it")
    func uncovered() throws {
        var scan = ScanReport()
        scan.uncovered = try #require(SlotSet("5-9"))
        let ending = ending(.complete, tally(done: 1), scan)
        #expect(ending.status == .unavailable)
        #expect(ending.complaint(words, colors: false)?.contains("without 5 slots (5-9)") == true)
    }

    @Test("a signal, a failure and a closed pipe have their own ends")
    func stops() {
        #expect(ending(.stopped, tally(done: 1), signal: .terminated).status.rawValue == 143)
        #expect(
            ending(.stopped, tally(done: 1)).complaint(words, colors: false)?.contains("INCOMPLETE") == true
        )
        let failure = ending(.failed(ClusterScanError(.unreachable, "no answer")), tally(done: 1))
        #expect(failure.status == .unavailable)
        #expect(failure.complaint(words, colors: false)?.contains("no answer") == true)
        let pipe = ending(.failed(SystemError("write", code: 32)), tally(done: 1))
        #expect(pipe.status.rawValue == 141 && pipe.isOutputFailure)
        #expect(pipe.complaint(words, colors: false) == nil)
    }

    @Test("a command that the user may not use is said in the server's words")
    func notPermitted() {
        let message = "NOPERM User default has no permissions to run the 'unlink' command"
        let error = ClusterScanError(.permissionDenied, message)
        let ending = ending(.failed(error), tally(done: 0, refused: message))
        #expect(ending.status == .notPermitted)
        #expect(
            ending.complaint(words, colors: false)?.contains(
                "'unlink' command. Permit it with ACL SETUSER … +unlink;"
            ) == true
        )
    }
}
