import ClusterScan
package import ClusterScanOperations

/// The result of a change of keys, or of its dry run, as text and as JSON.
package struct ChangeReport {
    private let words: WorkWords

    /// What servers and client do at least without a limit, in keys a second: measured on a small machine.
    private static let usualRate = 100_000.0

    package init(_ words: WorkWords) {
        self.words = words
    }

    // MARK: Dry run

    /// - Parameters:
    ///   - preview: What would be changed.
    ///   - rate: The limit in keys a second, if there is one.
    /// - Returns: The lines, each with its line end.
    package func text(_ preview: WorkPreview, rate: Double?) -> String {
        let tally = preview.report.tally
        var lines = ["DRY RUN: nothing was changed.", ""]
        var table = TextTable([("NODE", .left), ("KEYS", .right)])
        for (node, count) in Self.sorted(preview) {
            table.append([ConsoleText.safe(node.address.description), NumberText.grouped(count)])
        }
        table.append(["total", NumberText.grouped(tally.done)])
        lines += table.lines
        if !preview.samples.isEmpty {
            lines += ["", "Such as:"]
            lines += preview.samples.sorted { $0.lexicographicallyPrecedes($1) }
                .map { "  " + EscapedText.text($0) }
        }
        let count = NumberText.counted(tally.done, "key")
        lines += ["", "\(count) would be \(words.done)\(others(tally))."]
        if tally.done > 0 {
            let time = NumberText.elapsed(Self.estimate(preview, rate: rate))
            lines.append("That takes about \(time). To do it, repeat the command with --yes.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func others(_ tally: WorkTally) -> String {
        (tally.unchanged > 0 ? ", \(NumberText.grouped(tally.unchanged)) \(words.unchanged)" : "")
            + (tally.missing > 0 ? ", \(NumberText.grouped(tally.missing)) \(words.missing)" : "")
    }

    package func json(_ preview: WorkPreview, rate: Double?) -> JSONText {
        let report = preview.report
        return .object([
            ("dry_run", .bool(true)),
            ("complete", .bool(report.isComplete)),
            ("keys", .number(Int(clamping: report.tally.done))),
            ("unchanged", .number(Int(clamping: report.tally.unchanged))),
            ("missing", .number(Int(clamping: report.tally.missing))),
            (
                "nodes",
                .array(
                    Self.sorted(preview).map { node, count in
                        .object([
                            ("address", .string(node.address.description)),
                            ("id", .string(node.id.description)),
                            ("keys", .number(Int(clamping: count))),
                        ])
                    }
                )
            ),
            ("samples", .array(preview.samples.map { .object([JSONText.member("key", $0)]) })),
            ("estimated_milliseconds", .number(Int(Self.estimate(preview, rate: rate) / .milliseconds(1)))),
        ])
    }

    /// How long the change may take: as long as finding the keys, and working on them.
    package static func estimate(_ preview: WorkPreview, rate: Double?) -> Duration {
        let keys = Double(preview.report.tally.keys)
        let working = preview.report.elapsed + .seconds(keys / usualRate)
        return max(working, rate.map { .seconds(keys / $0) } ?? .zero)
    }

    private static func sorted(_ preview: WorkPreview) -> [(ClusterNode, UInt64)] {
        preview.nodes.sorted { $0.key.address < $1.key.address }.map { ($0.key, $0.value) }
    }

    // MARK: Change

    /// - Parameters:
    ///   - ending: What was changed.
    ///   - remaining: How many keys were found afterwards that still have to be changed, if that was
    ///     counted.
    /// - Returns: The lines, each with its line end.
    package func text(_ ending: WorkEnding, remaining: UInt64?) -> String {
        var lines = [ending.summary(words)]
        switch remaining {
        case nil: break
        case 0: lines.append("Verified: a second look found no key that still has to be \(words.done).")
        case let count?:
            lines.append(
                "A second look found \(NumberText.counted(count, "key")) that could be \(words.done): "
                    + "written since, or refused."
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package func json(_ ending: WorkEnding, remaining: UInt64?) -> JSONText {
        let report = ending.report
        return .object(
            [("dry_run", .bool(false))] + Self.members(report)
                + [("remaining", JSONText(remaining.map { Int(clamping: $0) }))]
        )
    }

    /// What every report in JSON says.
    package static func members(_ report: WorkReport) -> [(name: String, value: JSONText)] {
        let tally = report.tally
        return [
            ("complete", .bool(report.isComplete)),
            ("keys", .number(Int(clamping: tally.keys))),
            ("done", .number(Int(clamping: tally.done))),
            ("unchanged", .number(Int(clamping: tally.unchanged))),
            ("missing", .number(Int(clamping: tally.missing))),
            ("refused", .object(tally.refused.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })),
            ("outcome_unknown", json(tally.unknown)),
            ("unreachable", json(tally.unreachable)),
            ("milliseconds", .number(Int(report.elapsed / .milliseconds(1)))),
            ("cursor", report.isComplete ? .null : .string(report.cursor.description)),
        ]
    }

    private static func json(_ group: WorkTally.Group) -> JSONText {
        guard group.count > 0 else { return .number(0) }
        return .object([
            ("keys", .number(Int(clamping: group.count))),
            ("message", .string(group.message)),
            ("samples", .array(group.samples.map { .object([JSONText.member("key", $0)]) })),
        ])
    }
}
