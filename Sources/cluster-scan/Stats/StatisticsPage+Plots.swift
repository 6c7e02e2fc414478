import ClusterScan
import ClusterScanOperations

/// The plots of the page.
extension StatisticsPage {
    /// One bar for keys and one for memory of each type.
    var types: String {
        guard !report.types.isEmpty else { return "" }
        let rows = report.types.map { type in
            PairOfBars(
                name: type.name,
                first: report.keyShare(type.keys.keys),
                second: report.memoryShare(type.keys),
                title: "\(type.name): \(NumberText.counted(type.keys.keys, "key")), "
                    + ByteText.text(type.keys.memory)
            )
        }
        return section(
            "By type",
            legend([("var(--bar)", "share of keys"), ("var(--second)", "share of memory")])
                + bars(rows, label: "Shares of keys and memory by type")
                + groups("type", report.types)
        )
    }

    /// The area is memory, or keys where memory is not known; the colour is the most frequent type.
    var patterns: String {
        guard !report.patterns.isEmpty else { return "" }
        let showsMemory = report.statistics.total.measured > 0
        let tiles = report.patterns.map { pattern in
            (pattern: pattern, weight: Double(showsMemory ? pattern.keys.memory ?? 0 : pattern.keys.keys))
        }.filter { $0.weight > 0 }.sorted { $0.weight > $1.weight }
        let height = 340
        let frame = Treemap.Rectangle(x: 0, y: 0, width: Double(Self.width), height: Double(height))
        let frames = Treemap.layout(tiles.map(\.weight), in: frame)
        var shownTypes: [String] = []
        let content = zip(tiles, frames).map { tile, frame in
            let type = Self.mainType(of: tile.pattern)
            if !shownTypes.contains(type) { shownTypes.append(type) }
            return Self.tile(tile.pattern, type: type, in: frame)
        }.joined()
        let drawing = SVGText.drawing(
            width: Self.width,
            height: height,
            label: "Treemap of the patterns of names by \(showsMemory ? "memory" : "keys")",
            content
        )
        let colors = shownTypes.sorted().map { (PageStyle.color(ofType: $0), "mostly \($0)") }
        return section(
            "By pattern of names (area: \(showsMemory ? "memory" : "keys"))",
            legend(colors) + drawing
                + groups("pattern", report.patterns.map { (Self.name(of: $0), $0.keys) })
        )
    }

    private static func name(of pattern: KeyspaceStatistics.Pattern) -> String {
        pattern.glob.map { $0.isEmpty ? "(no name)" : $0 } ?? "(all others)"
    }

    private static func mainType(of pattern: KeyspaceStatistics.Pattern) -> String {
        pattern.types.max {
            $0.value != $1.value ? $0.value < $1.value : $0.key.rawValue > $1.key.rawValue
        }?.key.rawValue ?? "other"
    }

    private static func tile(
        _ pattern: KeyspaceStatistics.Pattern,
        type: String,
        in frame: Treemap.Rectangle
    ) -> String {
        let name = name(of: pattern)
        let numbers = "\(NumberText.counted(pattern.keys.keys, "key")), \(ByteText.text(pattern.keys.memory))"
        let inner = Treemap.Rectangle(
            x: frame.x + 1,
            y: frame.y + 1,
            width: max(0, frame.width - 2),
            height: max(0, frame.height - 2)
        )
        var text = SVGText.rectangle(
            inner,
            style: "fill:\(PageStyle.color(ofType: type))",
            title: "\(name)\n\(numbers), \(type)"
        )
        // A character of the monospaced font is about 7.3 units wide.
        let room = Int((inner.width - 12) / 7.3)
        if inner.height >= 20, room >= 5 {
            text += SVGText.text(
                NameText.shortened(name, to: room),
                x: inner.x + 6,
                y: inner.y + 16,
                style: "on"
            )
            if inner.height >= 38, numbers.count <= room {
                text += SVGText.text(numbers, x: inner.x + 6, y: inner.y + 32, style: "on")
            }
        }
        return text
    }

    var expiry: String {
        let counts = ExpiryClass.allCases.map { ($0, report.keys(expiring: $0)) }
        guard let largest = counts.map(\.1).max(), largest > 0 else { return "" }
        let (height, step) = (220.0, Double(Self.width) / Double(counts.count))
        let content = counts.enumerated().map { position, entry in
            let (expiryClass, keys) = entry
            let length = Double(keys) / Double(largest) * (height - 56)
            let x = Double(position) * step
            let share = ShareText.text(report.keyShare(keys))
            let frame = Treemap.Rectangle(
                x: x + 10,
                y: height - 28 - max(length, keys > 0 ? 1 : 0),
                width: step - 20,
                height: max(length, keys > 0 ? 1 : 0)
            )
            let color = expiryClass == .never ? "var(--other)" : "var(--bar)"
            return SVGText.rectangle(
                frame,
                style: "fill:\(color)",
                title: "\(expiryClass.label): \(NumberText.counted(keys, "key"))"
            )
                + SVGText.text(share, x: x + step / 2, y: frame.y - 6, anchor: "middle")
                + SVGText.text(
                    expiryClass.label,
                    x: x + step / 2,
                    y: height - 8,
                    anchor: "middle",
                    style: "quiet"
                )
        }.joined()
        let line =
            "<line x1=\"0\" x2=\"\(Self.width)\" y1=\"192\" y2=\"192\" style=\"stroke:var(--line)\"/>\n"
        return section(
            "When keys expire",
            SVGText.drawing(
                width: Self.width,
                height: Int(height),
                label: "Keys by time to live",
                line + content
            )
        )
    }

    /// 256 fields of 64 slots each.
    var slots: String {
        guard report.statistics.total.keys > 0 else { return "" }
        let fields = 256
        let perField = HashSlot.count / fields
        var keys = [UInt64](repeating: 0, count: fields)
        var memory = keys
        for slot in SlotSet.all {
            let load = report.statistics.load(of: slot)
            keys[Int(slot.rawValue) / perField] += load.keys
            memory[Int(slot.rawValue) / perField] += load.memory
        }
        var content = strip(keys, y: 18, name: "keys", color: "var(--bar)") { NumberText.counted($0, "key") }
        if report.statistics.total.measured > 0 {
            content += strip(memory, y: 78, name: "memory", color: "var(--second)") { ByteText.text($0) }
        }
        let bottom = report.statistics.total.measured > 0 ? 138.0 : 78.0
        for slot in stride(from: 0, through: HashSlot.count, by: 4096) {
            let anchor = slot == 0 ? "start" : slot == HashSlot.count ? "end" : "middle"
            content += SVGText.text(
                NumberText.grouped(min(slot, HashSlot.count - 1)),
                x: Double(slot) / Double(HashSlot.count) * Double(Self.width),
                y: bottom,
                anchor: anchor,
                style: "quiet"
            )
        }
        return section(
            "Slots",
            SVGText.drawing(width: Self.width, height: Int(bottom) + 8, label: "Load of the slots", content)
                + slotTable()
        )
    }

    /// From the emptiest to the fullest field.
    private func strip(
        _ values: [UInt64],
        y: Double,
        name: String,
        color: String,
        text: (UInt64) -> String
    ) -> String {
        let largest = Double(values.max() ?? 0)
        let width = Double(Self.width) / Double(values.count)
        let perField = HashSlot.count / values.count
        let fields = values.enumerated().map { position, value in
            let strength = largest > 0 ? NumberText.fixed(Double(value) / largest, decimals: 3) : "0"
            let frame = Treemap.Rectangle(x: Double(position) * width, y: y, width: width, height: 36)
            let slots = "slots \(position * perField)–\((position + 1) * perField - 1)"
            return SVGText.rectangle(
                frame,
                style: "fill:\(color);fill-opacity:\(strength)",
                title: "\(slots): \(text(value))",
                radius: 0
            )
        }.joined()
        let background = SVGText.rectangle(
            Treemap.Rectangle(x: 0, y: y, width: Double(Self.width), height: 36),
            style: "fill:var(--empty)",
            title: name,
            radius: 0
        )
        return SVGText.text(
            "\(name), \(text(values.max() ?? 0)) in the fullest \(perField) slots",
            x: 0,
            y: y - 5,
            style: "quiet"
        ) + background + fields
    }

    var nodes: String {
        guard !report.nodes.isEmpty else { return "" }
        let shown = report.nodes.sorted { $0.keys.keys > $1.keys.keys }.prefix(Self.maximumNodes)
        let rows = shown.map { node in
            PairOfBars(
                name: node.node.address.description,
                first: report.keyShare(node.keys.keys),
                second: report.memoryShare(node.keys),
                title: "\(node.node): \(NumberText.counted(node.slots.count, "slot")), "
                    + "\(NumberText.counted(node.keys.keys, "key")), \(ByteText.text(node.keys.memory))"
            )
        }
        let more = report.nodes.count - shown.count
        return section(
            "Nodes",
            (report.balance.map { "<p>\($0).</p>\n" } ?? "")
                + legend([("var(--bar)", "share of keys"), ("var(--second)", "share of memory")])
                + bars(rows, label: "Shares of keys and memory by node") + nodeTable(shown)
                + (more > 0 ? "<p class=\"quiet\">and \(more) more nodes</p>\n" : "")
        )
    }

    // MARK: Bars

    private struct PairOfBars {
        var name: String
        var first: Double?
        var second: Double?
        var title: String
    }

    private func bars(_ rows: [PairOfBars], label: String) -> String {
        let (left, step) = (190.0, 36.0)
        let room = Double(Self.width) - left - 70
        let largest = max(rows.flatMap { [$0.first ?? 0, $0.second ?? 0] }.max() ?? 0, 0.000_001)
        let content = rows.enumerated().map { position, row in
            let y = Double(position) * step
            func bar(_ share: Double?, _ y: Double, _ color: String) -> String {
                guard let share else { return "" }
                let frame = Treemap.Rectangle(
                    x: left,
                    y: y,
                    width: max(1, share / largest * room),
                    height: 12
                )
                return SVGText.rectangle(frame, style: "fill:\(color)", title: row.title)
                    + SVGText.text(
                        ShareText.text(share),
                        x: left + frame.width + 6,
                        y: y + 10.5,
                        style: "quiet"
                    )
            }
            return SVGText.text(NameText.shortened(row.name, to: 26), x: left - 10, y: y + 20, anchor: "end")
                + bar(row.first, y + 3, "var(--bar)") + bar(row.second, y + 17, "var(--second)")
        }.joined()
        return SVGText.drawing(width: Self.width, height: Int(step) * rows.count, label: label, content)
    }

    private func legend(_ entries: [(color: String, text: String)]) -> String {
        "<p class=\"legend\">"
            + entries.map { entry in
                "<span><i style=\"background:\(entry.color)\"></i>\(HTMLText.escaped(entry.text))</span>"
            }.joined() + "</p>\n"
    }
}
