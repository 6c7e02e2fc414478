import ClusterScan
import ClusterScanOperations

/// Statistics as one HTML page that needs nothing else: no network, no scripts, light and dark.
package struct StatisticsPage {
    static let width = 960
    static let maximumNodes = 64

    let report: StatisticsReport

    package init(_ report: StatisticsReport) {
        self.report = report
    }

    package var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
        <title>Keys of \(HTMLText.escaped(report.source))</title>
        <style>
        \(PageStyle.sheet)
        </style>
        </head>
        <body>
        <main>
        \(head)\(types)\(patterns)\(expiry)\(slots)\(nodes)\(biggest)\(longest)
        <footer>\(notes)</footer>
        </main>
        </body>
        </html>

        """
    }

    // MARK: Text

    private var head: String {
        let total = report.statistics.total
        let missing = report.complaint.map {
            "<p class=\"alert\"><strong>INCOMPLETE:</strong> \(HTMLText.escaped($0))</p>\n"
        }
        var cards = [
            ("keys", NumberText.grouped(total.keys)),
            ("memory", total.measured > 0 ? ByteText.text(total.memory) : "-"),
            ("mean per key", total.meanMemory.map { ByteText.text($0) } ?? "-"),
            ("largest key", total.measured > 0 ? ByteText.text(total.largest) : "-"),
            ("expire some day", ShareText.text(total.expiringShare)),
            ("nodes", NumberText.grouped(report.nodes.count)),
        ]
        if let memory = total.memory, memory > 0, let error = total.memoryError, error > 0 {
            cards[1].1 += " ± \(ShareText.text(Double(error) / Double(memory)))"
        }
        let list = cards.map { "<div><dt>\($0.0)</dt><dd>\(HTMLText.escaped($0.1))</dd></div>" }.joined()
        return """
            <h1>Keys of \(HTMLText.escaped(report.source))</h1>
            <p class="quiet">\(HTMLText.escaped(report.date)), read in \
            \(NumberText.elapsed(report.elapsed)) by cluster-scan</p>
            \(missing ?? "")<dl class="cards">\(list)</dl>

            """
    }

    private var notes: String {
        ([report.method].compactMap { $0 } + report.remarks).map { "<p>\(HTMLText.escaped($0))</p>" }.joined()
            + "<p>Patterns are found automatically: * stands for ids, and for words that vary. Point at a "
            + "rectangle or bar to see its numbers.</p>"
    }

    // MARK: Tables

    /// A table whose first column is text; the others are numbers.
    private func table(_ titles: [String], _ rows: [[String]], textColumns: Set<Int> = [0]) -> String {
        func cell(_ text: String, _ column: Int, _ element: String) -> String {
            let style = textColumns.contains(column) ? "" : " class=\"n\""
            return "<\(element)\(style)>\(HTMLText.escaped(text))</\(element)>"
        }
        func line(_ cells: [String], _ element: String) -> String {
            "<tr>" + cells.enumerated().map { cell($0.element, $0.offset, element) }.joined() + "</tr>\n"
        }
        return "<div class=\"scroll\"><table>\n<thead>\(line(titles, "th"))</thead>\n<tbody>"
            + rows.map { line($0, "td") }.joined() + "</tbody></table></div>\n"
    }

    func section(_ title: String, _ content: String) -> String {
        "<section>\n<h2>\(HTMLText.escaped(title))</h2>\n\(content)</section>\n"
    }

    func groups(_ title: String, _ rows: [StatisticsReport.Row]) -> String {
        table(
            [title, "keys", "share", "memory", "share", "mean", "median", "99 %", "largest", "expire"],
            rows.map { name, keys in
                func quantile(_ share: Double) -> String {
                    ByteText.text(keys.memoryQuantile(share))
                }
                return [
                    name, NumberText.grouped(keys.keys), ShareText.text(report.keyShare(keys.keys)),
                    ByteText.text(keys.memory), ShareText.text(report.memoryShare(keys)),
                    keys.meanMemory.map { ByteText.text($0) } ?? "-", quantile(0.5), quantile(0.99),
                    keys.measured > 0 ? ByteText.text(keys.largest) : "-", ShareText.text(keys.expiringShare),
                ]
            }
        )
    }

    private var biggest: String {
        let entries = report.statistics.biggest.entries.prefix(report.top)
        guard !entries.isEmpty else { return "" }
        return section("Biggest keys by memory", keyTable(entries))
    }

    private var longest: String {
        let entries = report.types.flatMap { type in
            (report.statistics.longest[KeyType(rawValue: type.name)]?.entries ?? []).prefix(
                min(report.top, 5)
            )
        }
        guard !entries.isEmpty else { return "" }
        return section("Longest of each type, in bytes or elements", keyTable(entries))
    }

    private func keyTable(_ entries: some Sequence<BiggestKeys.Entry>) -> String {
        table(
            ["key", "type", "memory", "length", "expires in", "slot"],
            entries.map { entry in
                [
                    EscapedText.text(entry.name), entry.type.rawValue, ByteText.text(entry.memory),
                    entry.length.map { NumberText.grouped($0) } ?? "-", StatisticsTable.expiry(entry),
                    String(HashSlot(key: entry.name).rawValue),
                ]
            },
            textColumns: [0, 1]
        )
    }

    func nodeTable(_ nodes: some Sequence<KeyspaceStatistics.NodeLoad>) -> String {
        table(
            ["node", "slots", "keys", "share", "memory", "share", "expire"],
            nodes.map { node in
                [
                    node.node.address.description, NumberText.grouped(node.slots.count),
                    NumberText.grouped(node.keys.keys), ShareText.text(report.keyShare(node.keys.keys)),
                    ByteText.text(node.keys.memory), ShareText.text(report.memoryShare(node.keys)),
                    ShareText.text(node.keys.expiringShare),
                ]
            }
        )
    }

    func slotTable() -> String {
        func table(_ title: String, _ loads: [KeyspaceStatistics.SlotLoad]) -> String {
            "<div><h3>\(title)</h3>"
                + self.table(
                    ["slot", "keys", "memory", "node"],
                    loads.map { load in
                        let owner = report.nodes.first { $0.slots.contains(load.slot) }
                        return [
                            String(load.slot.rawValue), NumberText.grouped(load.keys),
                            report.statistics.total.measured > 0 ? ByteText.text(load.memory) : "-",
                            owner?.node.address.description ?? "-",
                        ]
                    },
                    textColumns: [3]
                ) + "</div>"
        }
        return "<div class=\"pair\">\(table("Most keys", report.hottestByKeys))"
            + "\(table("Most memory", report.hottestByMemory))</div>\n"
    }
}
