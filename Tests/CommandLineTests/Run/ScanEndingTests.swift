import ClusterScan
import Testing
import cluster_scan

@Suite("End of a dump")
struct ScanEndingTests {
    private func cursor(covered: String) throws -> ScanCursor {
        var progress = ScanProgress(queryDigest: 7, wanted: .all)
        progress.covered = try #require(SlotSet(covered))
        return ScanCursor(progress)
    }

    @Test("a complete dump has status 0 and a summary")
    func complete() {
        let ending = ScanEnding(
            .finished(ScanReport()),
            keys: 3_000_000,
            elapsed: .seconds(2),
            nodes: 3,
            cursor: .start
        )
        #expect(ending.status == .complete)
        #expect(ending.cause.isIterationComplete)
        #expect(ending.summary(colors: false) == "Complete: 3,000,000 keys in 2.00 s (1.50 M/s) from 3 nodes")
        #expect(ending.complaint(colors: true) == nil)
    }

    @Test("slots that were given up make a dump incomplete, though the user allowed it")
    func uncovered() throws {
        var report = ScanReport()
        report.uncovered = try #require(SlotSet("5-9"))
        let ending = ScanEnding(.finished(report), keys: 10, cursor: .start)
        #expect(ending.status == .unavailable)
        #expect(!ending.cause.isIterationComplete)
        #expect(ending.summary(colors: false) == nil)
        #expect(
            ending.complaint(colors: false)
                == "INCOMPLETE: 10 keys written, without 5 slots (5-9), which could not be covered"
        )
    }

    @Test("a failure says why, that the dump is incomplete, and which slots are open")
    func failed() throws {
        let cause = CommandFailure(ClusterScanError(.slotsNotCovered, "no answer\u{1B}[2J", slots: .all))
        let ending = ScanEnding(.failed(cause), keys: 1, cursor: try cursor(covered: "0-9999"))
        #expect(ending.status == .unavailable)
        let complaint = try #require(ending.complaint(colors: false))
        #expect(complaint.hasPrefix("Error: no answer\u{FFFD}[2J"))
        #expect(
            complaint.hasSuffix(
                "INCOMPLETE: 1 key written, then failed; still to be covered: 6,384 slots (10000-16383)"
            )
        )
    }

    @Test("signals and limits have their own ends")
    func stops() throws {
        let cursor = try cursor(covered: "0-9999")
        #expect(ScanEnding(.stopped(.interrupted), keys: 1, cursor: cursor).status.rawValue == 130)
        #expect(ScanEnding(.stopped(.terminated), keys: 1, cursor: cursor).status.rawValue == 143)
        #expect(ScanEnding(.stopped(.interrupted), keys: 1, cursor: cursor).complaint(colors: false) != nil)
        let limited = ScanEnding(.limitReached, keys: 1, cursor: cursor)
        #expect(limited.status == .complete)
        #expect(!limited.cause.isIterationComplete)
        #expect(limited.complaint(colors: false) == nil)
    }

    @Test("a closed pipe is no reason to say anything")
    func closedPipe() {
        let ending = ScanEnding(.failed(CommandFailure(.pipeClosed)), keys: 1, cursor: .start)
        #expect(ending.status.rawValue == 141)
        #expect(ending.complaint(colors: false) == nil)
        #expect(ending.summary(colors: false) == nil)
    }

    @Test("names that the format could not tell spoil an otherwise complete dump")
    func leftOut() {
        let ending = ScanEnding(.finished(ScanReport()), keys: 9, leftOut: 2, cursor: .start)
        #expect(ending.status == .unusableData)
        #expect(ending.summary(colors: false) == nil)
        #expect(ending.complaint(colors: false)?.contains("2 names with a zero byte") == true)
    }
}
