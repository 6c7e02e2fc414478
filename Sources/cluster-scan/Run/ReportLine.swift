package import ClusterScan

/// The last line of a dump in JSON: what was done, and whether that is all. A reader that does not find it,
/// or finds `"complete":false`, holds a part.
package struct ReportLine {
    package let text: String

    /// - Parameters:
    ///   - report: What the iteration did.
    ///   - keys: How many names were written.
    ///   - cursor: Where to go on from, if it is not complete.
    package init(_ report: ScanReport, keys: UInt64, cursor: ScanCursor?) {
        let covered = report.wanted.subtracting(report.uncovered)
        let report = JSONText.object([
            ("complete", .bool(cursor == nil && report.isComplete)),
            ("keys", .number(Int(clamping: keys))),
            ("keys_read_again", .number(Int(clamping: report.keysReadAgain))),
            ("batches", .number(report.batches)),
            ("pages", .number(report.pages)),
            ("snapshots", .number(report.snapshots)),
            ("slots_wanted", .number(report.wanted.count)),
            ("slots_covered", .number(covered.count)),
            ("uncovered", .string(report.uncovered.description)),
            ("nodes", .number(report.nodes)),
            ("passes", .number(report.lanes)),
            ("restarts", .number(report.restarts)),
            ("retries", .number(report.retries)),
            ("topology_loads", .number(report.topologyLoads)),
            ("milliseconds", .number(Int(report.elapsed / .milliseconds(1)))),
            ("cursor", JSONText(cursor?.description)),
        ])
        text = JSONText.object([("report", report)]).line
    }
}
