import ClusterScan
package import ClusterScanOperations

/// Statistics as tables for people.
package struct StatisticsTable {
    /// What the output can show.
    package struct Layout {
        package var width: Int
        package var showsColors: Bool
        package var usesBlocks: Bool

        package init(width: Int = 80, showsColors: Bool = false, usesBlocks: Bool = false) {
            self.width = max(80, width)
            self.showsColors = showsColors
            self.usesBlocks = usesBlocks
        }
    }

    private static let maximumNodes = 32

    private let report: StatisticsReport
    private let layout: Layout
    private let bar: BarText

    package init(_ report: StatisticsReport, layout: Layout = Layout()) {
        self.report = report
        self.layout = layout
        bar = BarText(width: 10 + min(30, (layout.width - 80) / 3), usesBlocks: layout.usesBlocks)
    }

    package var text: String {
        var lines: [String] = []
        if let complaint = report.complaint {
            lines.append(Style.red("INCOMPLETE:", when: layout.showsColors) + " " + complaint)
        }
        lines.append(report.headline)
        lines += report.method.map(wrapped) ?? []
        lines += report.remarks.flatMap(wrapped)
        if report.statistics.total.keys > 0 { lines += types + expiry + patterns + biggest + longest }
        lines += slots + nodes
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Groups of keys

    private var types: [String] {
        groups("TYPE", report.types.map { (ConsoleText.safe($0.name), $0.keys) }, showsKeyShare: true)
    }

    private var patterns: [String] {
        groups(
            "PATTERN",
            report.patterns.map { ($0.glob.map(StatisticsTable.name) ?? "(all others)", $0.keys) },
            showsKeyShare: layout.width >= 110
        )
    }

    private static func name(_ glob: String) -> String {
        glob.isEmpty ? "(no name)" : ConsoleText.safe(glob)
    }

    /// The bar shows the share of memory, or of keys where memory is not known.
    private func groups(_ title: String, _ rows: [StatisticsReport.Row], showsKeyShare: Bool) -> [String] {
        let showsMemory = report.statistics.total.measured > 0
        func weight(_ keys: KeyGroup) -> Double {
            Double(showsMemory ? keys.memory ?? 0 : keys.keys)
        }
        let largest = rows.map { weight($0.keys) }.max() ?? 0
        let cells = rows.map { _, keys in
            [number(keys.keys)] + (showsKeyShare ? [ShareText.text(report.keyShare(keys.keys))] : []) + [
                ByteText.text(keys.memory), ShareText.text(report.memoryShare(keys)),
                keys.meanMemory.map { ByteText.text($0) } ?? "-",
                keys.expiringShare.map { NumberText.fixed($0 * 100, decimals: 0) + " %" } ?? "-",
                drawn(weight(keys), of: largest),
            ]
        }
        func table(_ names: [String]) -> TextTable {
            var table = TextTable(
                [(title, .left), ("KEYS", .right)] + (showsKeyShare ? [("", .right)] : [])
                    + [("MEMORY", .right), ("", .right), ("MEAN", .right), ("EXPIRE", .right), ("", .left)]
            )
            for (name, cells) in zip(names, cells) { table.append([name] + cells) }
            return table
        }
        // The names get what the numbers leave.
        let taken = table(rows.map { _ in "" }).lines.map(\.count).max() ?? 0
        let room = max(12, layout.width - taken + title.count)
        return section(table(rows.map { NameText.shortened($0.name, to: room) }))
    }

    private var expiry: [String] {
        let rows = ExpiryClass.allCases.map { ($0, report.keys(expiring: $0)) }
        guard rows.contains(where: { $0.1 > 0 }) else { return [] }
        let largest = Double(rows.map(\.1).max() ?? 0)
        var table = TextTable([("EXPIRES", .left), ("KEYS", .right), ("", .right), ("", .left)])
        for (expiryClass, keys) in rows {
            table.append([
                expiryClass.label, number(keys), ShareText.text(report.keyShare(keys)),
                drawn(Double(keys), of: largest),
            ])
        }
        return section(table)
    }

    // MARK: Keys

    private var biggest: [String] {
        let entries = report.statistics.biggest.entries.prefix(report.top)
        guard !entries.isEmpty else { return [] }
        var table = TextTable([
            ("MEMORY", .right), ("LENGTH", .right), ("TYPE", .left), ("EXPIRES", .right), ("KEY", .left),
        ])
        for entry in entries {
            table.append([
                ByteText.text(entry.memory), entry.length.map(number) ?? "-", entry.type.rawValue,
                StatisticsTable.expiry(entry), EscapedText.text(entry.name),
            ])
        }
        return section(cut(table), heading: "BIGGEST KEYS BY MEMORY")
    }

    /// The longest of each type: bytes of strings and elements of collections are not compared.
    private var longest: [String] {
        var table = TextTable([("TYPE", .left), ("LENGTH", .right), ("MEMORY", .right), ("KEY", .left)])
        for (name, _) in report.types {
            let keys = report.statistics.longest[KeyType(rawValue: name)]?.entries ?? []
            for entry in keys.prefix(min(report.top, 2)) {
                table.append([
                    name, entry.length.map(number) ?? "-", ByteText.text(entry.memory),
                    EscapedText.text(entry.name),
                ])
            }
        }
        return table.isEmpty ? [] : section(cut(table), heading: "LONGEST OF EACH TYPE (BYTES OR ELEMENTS)")
    }

    package static func expiry(_ entry: BiggestKeys.Entry) -> String {
        guard let milliseconds = entry.millisecondsToLive else { return "never" }
        let days = milliseconds / 86_400_000
        return days < 2 ? NumberText.elapsed(.milliseconds(milliseconds)) : NumberText.counted(days, "day")
    }

    // MARK: Places

    private var slots: [String] {
        let count = min(5, report.top)
        guard let hottest = report.hottestByKeys.first, count > 0 else { return [] }
        let used = SlotSet.all.count { report.statistics.load(of: $0).keys > 0 }
        let mean = Double(report.statistics.total.keys) / Double(used)
        var table = TextTable([
            ("SLOT", .right), ("KEYS", .right), ("", .left), ("SLOT", .right), ("MEMORY", .right),
            ("", .left),
        ])
        let largest = report.hottestByMemory.first.map { Double($0.memory) } ?? 0
        for (keys, memory) in zip(report.hottestByKeys, report.hottestByMemory).prefix(count) {
            table.append([
                String(keys.slot.rawValue), number(keys.keys),
                padded(drawn(Double(keys.keys), of: Double(hottest.keys))),
                largest > 0 ? String(memory.slot.rawValue) : "-",
                largest > 0 ? ByteText.text(memory.memory) : "-",
                drawn(Double(memory.memory), of: largest),
            ])
        }
        let heading =
            "HOTTEST OF \(NumberText.grouped(used)) SLOTS WITH KEYS "
            + "(\(NumberText.fixed(mean, decimals: mean < 10 ? 1 : 0)) KEYS EACH ON AVERAGE)"
        return section(table, heading: heading)
    }

    private var nodes: [String] {
        guard !report.nodes.isEmpty else { return [] }
        var table = TextTable([
            ("NODE", .left), ("SLOTS", .right), ("KEYS", .right), ("", .right), ("MEMORY", .right),
            ("", .right), ("", .left),
        ])
        let showsMemory = report.statistics.total.measured > 0
        func weight(_ node: KeyspaceStatistics.NodeLoad) -> Double {
            Double(showsMemory ? node.keys.memory ?? 0 : node.keys.keys)
        }
        let shown = report.nodes.sorted { weight($0) > weight($1) }.prefix(Self.maximumNodes)
        let largest = shown.first.map(weight) ?? 0
        for node in shown {
            table.append([
                ConsoleText.safe(node.node.address.description), number(UInt64(node.slots.count)),
                number(node.keys.keys), ShareText.text(report.keyShare(node.keys.keys)),
                ByteText.text(node.keys.memory), ShareText.text(report.memoryShare(node.keys)),
                drawn(weight(node), of: largest),
            ])
        }
        var lines = section(table)
        if report.nodes.count > shown.count {
            lines.append("(and \(report.nodes.count - shown.count) more nodes: --format json has them)")
        }
        lines += report.balance.map { [$0] } ?? []
        return lines
    }

    // MARK: Layout

    private func number(_ value: UInt64) -> String {
        value < 1_000_000_000 ? NumberText.grouped(value) : NumberText.compact(Double(value))
    }

    private func drawn(_ value: Double, of largest: Double) -> String {
        largest > 0 ? bar.text(value / largest) : ""
    }

    /// Bars between columns keep their place.
    private func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, bar.width - text.count))
    }

    /// Cuts the names in the last column.
    private func cut(_ table: TextTable) -> TextTable {
        table.mappingLast { NameText.shortened($0, to: max(20, table.room(width: layout.width))) }
    }

    private func section(_ table: TextTable, heading: String? = nil) -> [String] {
        var lines = table.lines
        if let heading { lines.insert(Style.bold(heading, when: layout.showsColors), at: 0) }
        let titles = heading == nil ? 0 : 1
        lines[titles] = (heading == nil ? Style.bold : Style.dim)(lines[titles], when: layout.showsColors)
        return [""] + lines
    }

    private func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in ConsoleText.safe(text).split(separator: " ") {
            if lines[lines.count - 1].count + word.count + 1 >= layout.width { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }
}
