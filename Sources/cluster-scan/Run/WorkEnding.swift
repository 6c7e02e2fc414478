import ClusterScan
package import ClusterScanOperations

/// How work on keys ended, and what is to be said about it.
package struct WorkEnding: Sendable {
    package var report: WorkReport
    /// The signal that stopped it, if one did.
    package var signal: ExitStatus?

    package init(_ report: WorkReport, signal: ExitStatus? = nil) {
        self.report = report
        self.signal = signal
    }

    package var status: ExitStatus {
        switch report.ending {
        case .complete where !report.isComplete: .unavailable
        case .complete: report.tally.isClean ? .complete : .keysRefused
        case .stopped: signal ?? .interrupted
        case .failed(let error): CommandFailure(error).status
        }
    }

    /// Whether the output takes nothing more.
    package var isOutputFailure: Bool { status == .outputFailed || status == .pipeClosed }

    /// The counts, as in `1,000 keys deleted, 3 already gone, 2 refused`.
    package func counts(_ words: WorkWords) -> String {
        let tally = report.tally
        var parts = ["\(NumberText.counted(tally.done, "key")) \(words.done)"]
        if tally.unchanged > 0 { parts.append("\(NumberText.grouped(tally.unchanged)) \(words.unchanged)") }
        if tally.missing > 0 { parts.append("\(NumberText.grouped(tally.missing)) \(words.missing)") }
        if tally.refusedCount > 0 { parts.append("\(NumberText.grouped(tally.refusedCount)) refused") }
        if tally.unknown.count > 0 {
            parts.append("\(NumberText.grouped(tally.unknown.count)) with an unknown outcome")
        }
        if tally.unreachable.count > 0 {
            parts.append("\(NumberText.grouped(tally.unreachable.count)) \(notReached)")
        }
        return parts.joined(separator: ", ")
    }

    private var notReached: String {
        report.tally.unreachableError?.code == .writesRefused ? "refused for now" : "out of reach"
    }

    /// What was done, and how fast.
    package func summary(_ words: WorkWords) -> String {
        let seconds = report.elapsed / .seconds(1)
        let rate = seconds > 0 ? " (\(NumberText.compact(Double(report.tally.keys) / seconds))/s)" : ""
        return "\(counts(words)) in \(NumberText.elapsed(report.elapsed))\(rate)"
    }

    /// What went wrong: always to be said.
    package func complaint(_ words: WorkWords, colors: Bool) -> String? {
        let error = Style.red("Error:", when: colors)
        var lines: [String] = []
        for (code, group) in report.tally.refused.sorted(by: { $0.key < $1.key }) {
            // Said below, as the reason for the end.
            if status == .notPermitted, group.serverError?.refusesCommand == true { continue }
            lines.append("\(error) \(code): \(WorkEnding.words(group))")
        }
        if report.tally.unknown.count > 0 {
            let words = WorkEnding.words(report.tally.unknown)
            lines.append("\(error) it is unknown whether it was done: \(words)")
        }
        if report.tally.unreachable.count > 0 {
            lines.append("\(error) \(notReached): \(WorkEnding.words(report.tally.unreachable))")
        }
        let incomplete = Style.red("INCOMPLETE:", when: colors) + " \(counts(words)), "
        switch report.ending {
        case .complete:
            if let open = report.scan?.uncovered, !open.isEmpty {
                lines.append(incomplete + "without \(SlotText.counted(open)), which could not be covered")
            }
        case .stopped:
            lines.append(incomplete + "then stopped")
        case .failed(let reason):
            guard let message = CommandFailure(reason).message else { return nil }
            lines.append("\(error) \(ConsoleText.safe(message))")
            lines.append(incomplete + "then failed")
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private static func words(_ group: WorkTally.Group) -> String {
        let names = group.samples.map { EscapedText.text($0) }.joined(separator: " ")
        let more = group.count > UInt64(group.samples.count) ? " …" : ""
        // Where there are two sides, which one it was.
        let side = group.serverError?.label.map { "\($0): " } ?? ""
        return "\(NumberText.counted(group.count, "key")), such as \(names)\(more): \(side)"
            + ConsoleText.safe(group.message)
    }
}

/// What a kind of work calls things.
package struct WorkWords: Sendable {
    /// As in "1,000 keys deleted".
    package var done: String
    /// As in "3 keys already gone".
    package var missing: String
    /// As in "7 keys left as they were".
    package var unchanged: String

    package init(done: String, missing: String = "already gone", unchanged: String = "left as they were") {
        self.done = done
        self.missing = missing
        self.unchanged = unchanged
    }

    /// The same for what was only looked at.
    package var inDryRun: WorkWords {
        WorkWords(done: "to be \(done)", missing: missing, unchanged: unchanged)
    }
}
