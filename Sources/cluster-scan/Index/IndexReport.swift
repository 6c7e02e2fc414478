import ClusterScan
package import ClusterScanOperations

/// The result of building a lookup, or of its dry run, as text and as JSON.
package struct IndexReport {
    package var statistics: LookupStatistics
    package var pruning: LookupPruning?
    package var isDryRun: Bool

    package init(_ statistics: LookupStatistics, pruning: LookupPruning?, isDryRun: Bool) {
        self.statistics = statistics
        self.pruning = pruning
        self.isDryRun = isDryRun
    }

    package static let words = WorkWords(
        done: "indexed",
        missing: "gone already",
        unchanged: "left as they were"
    )

    package var text: String {
        var lines = isDryRun ? ["DRY RUN: nothing was written.", ""] : []
        let would = isDryRun ? "would be " : ""
        lines.append(
            "\(NumberText.counted(statistics.added, "entry", "entries")) \(would)added, "
                + "\(NumberText.grouped(statistics.changed)) \(would)changed, "
                + "\(NumberText.grouped(statistics.alreadyThere)) there already."
        )
        if statistics.withoutField > 0 {
            lines.append("\(NumberText.counted(statistics.withoutField, "key")) without the field.")
        }
        if statistics.otherKeys > 0 {
            lines.append(
                "\(NumberText.counted(statistics.otherKeys, "key")) of other types, or of the lookup."
            )
        }
        lines += conflictLines
        if let pruning {
            lines.append(
                "\(NumberText.counted(pruning.stale, "stale entry", "stale entries")) of "
                    + "\(NumberText.grouped(pruning.checked)) \(would)removed."
            )
            lines += pruning.samples.map { "  " + Self.entry($0.value, $0.key) }
            if pruning.untold > 0 {
                lines.append("\(NumberText.grouped(pruning.untold)) could not be told, and stay.")
            }
        }
        if isDryRun {
            if !statistics.samples.isEmpty { lines += ["", "Such as:"] }
            lines += statistics.samples.map { "  " + Self.entry($0.value, $0.key) }
            lines += ["", "To do it, repeat the command with --yes."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var conflictLines: [String] {
        var lines: [String] = []
        if statistics.conflicts > 0 {
            lines.append(
                "\(NumberText.counted(statistics.conflicts, "key")) left out, as another key has the same "
                    + "value:"
            )
            lines += statistics.conflictSamples.map {
                "  \(Self.entry($0.value, $0.kept)), not \(EscapedText.text($0.other))"
            }
            if statistics.conflicts > statistics.conflictSamples.count { lines.append("  …") }
        }
        if statistics.mayHaveMissedConflicts {
            lines.append("There may be more such keys: without writing, not all entries can be remembered.")
        }
        return lines
    }

    private static func entry(_ value: [UInt8], _ key: [UInt8]) -> String {
        "\(EscapedText.text(value)) → \(EscapedText.text(key))"
    }

    package func members(_ report: WorkReport) -> [(name: String, value: JSONText)] {
        let samples = statistics.samples.map { sample in
            JSONText.object([JSONText.member("value", sample.value), JSONText.member("key", sample.key)])
        }
        let stale = pruning.map { pruning in
            JSONText.object([
                ("checked", .number(Int(clamping: pruning.checked))),
                ("stale", .number(Int(clamping: pruning.stale))),
                ("untold", .number(Int(clamping: pruning.untold))),
            ])
        }
        return [("dry_run", .bool(isDryRun))] + ChangeReport.members(report) + [
            ("added", .number(Int(clamping: statistics.added))),
            ("changed", .number(Int(clamping: statistics.changed))),
            ("already_there", .number(Int(clamping: statistics.alreadyThere))),
            ("without_field", .number(Int(clamping: statistics.withoutField))),
            ("other_keys", .number(Int(clamping: statistics.otherKeys))),
            ("conflicts", .number(Int(clamping: statistics.conflicts))),
            ("may_have_missed_conflicts", .bool(statistics.mayHaveMissedConflicts)),
            ("conflict_samples", .array(statistics.conflictSamples.map(Self.json))),
            ("entry_samples", .array(samples)),
            ("prune", stale ?? .null),
        ]
    }

    package static func json(_ conflict: LookupConflict) -> JSONText {
        .object([
            JSONText.member("value", conflict.value), JSONText.member("kept", conflict.kept),
            JSONText.member("other", conflict.other),
        ])
    }
}
