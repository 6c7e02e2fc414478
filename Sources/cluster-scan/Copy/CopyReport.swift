import ClusterScan
package import ClusterScanOperations

/// The result of copying keys, of checking copies, or of a dry run, as text and as JSON.
package struct CopyReport {
    package static let words = WorkWords(
        done: "copied",
        missing: "gone before they could be read",
        unchanged: "there already with the same value"
    )
    package static let previewWords = WorkWords(
        done: "to be copied",
        missing: "gone already",
        unchanged: "at the destination already"
    )
    package static let checkWords = WorkWords(
        done: "found at the destination",
        missing: "gone from the source",
        unchanged: "found twice"
    )

    // MARK: Dry run

    package static func text(_ preview: CopyPreview, replaces: Bool) -> String {
        var lines = ["DRY RUN: nothing was copied.", ""]
        lines.append(
            "\(NumberText.counted(preview.keys, "key")), about \(NumberText.compact(Double(preview.bytes)))B "
                + "in memory at the source."
        )
        if preview.large > 0 {
            lines.append(
                "\(NumberText.grouped(preview.large)) of them are large: copied element by element."
            )
        }
        if preview.existing > 0 {
            lines.append(
                "\(NumberText.grouped(preview.existing)) of them exist at the destination, and would be "
                    + (replaces
                        ? "replaced." : "left alone if their values differ (--replace replaces them).")
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package static func json(_ preview: CopyPreview, _ report: WorkReport) -> JSONText {
        .object([
            ("dry_run", .bool(true)), ("complete", .bool(report.isComplete)),
            ("keys", .number(preview.keys)), ("existing", .number(preview.existing)),
            ("large", .number(preview.large)), ("bytes", .number(preview.bytes)),
        ])
    }

    // MARK: Copy

    package static func text(_ ending: WorkEnding, _ statistics: CopyStatistics) -> String {
        var text = ending.summary(words) + "\n"
        if statistics.copiedByElements > 0 {
            text += "\(NumberText.counted(statistics.copiedByElements, "key")) copied element by element.\n"
        }
        return text
    }

    package static func members(
        _ report: WorkReport,
        _ statistics: CopyStatistics
    ) -> [(name: String, value: JSONText)] {
        [("dry_run", .bool(false))] + ChangeReport.members(report) + [
            ("copied_by_elements", .number(Int(clamping: statistics.copiedByElements))),
            ("bytes", .number(Int(clamping: statistics.bytes))),
        ]
    }

    // MARK: Check

    package static func text(_ verdict: CopyVerdict) -> String {
        let compared = verdict.alike + verdict.different
        if verdict.isGood {
            return """
                VERIFIED: all \(NumberText.counted(verdict.present, "key")) are at the destination; \
                \(NumberText.grouped(compared)) compared in value and expiry, all alike.

                """
        }
        var lines = [
            "NOT THE SAME: \(NumberText.counted(verdict.missing, "key")) missing at the destination, "
                + "\(NumberText.grouped(verdict.present)) present; \(NumberText.grouped(verdict.different)) "
                + "of \(NumberText.grouped(compared)) compared differ."
        ]
        for problem in verdict.problems {
            lines.append("  \(EscapedText.text(problem.key)): \(ConsoleText.safe(problem.reason))")
        }
        if verdict.missing + verdict.different > verdict.problems.count { lines.append("  …") }
        lines.append("Keys that were written meanwhile show as differences, too.")
        return lines.joined(separator: "\n") + "\n"
    }

    package static func json(_ verdict: CopyVerdict) -> JSONText {
        .object([
            ("good", .bool(verdict.isGood)), ("present", .number(verdict.present)),
            ("missing", .number(verdict.missing)), ("alike", .number(verdict.alike)),
            ("different", .number(verdict.different)),
            (
                "problems",
                .array(
                    verdict.problems.map {
                        .object([JSONText.member("key", $0.key), ("reason", .string($0.reason))])
                    }
                )
            ),
        ])
    }
}
