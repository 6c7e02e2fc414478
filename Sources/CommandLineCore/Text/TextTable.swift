/// Columns of text, each as wide as its longest entry. The last one takes what is left.
package struct TextTable {
    package enum Alignment {
        case left
        case right
    }

    package let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    package init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    package mutating func append(_ row: [String]) {
        rows.append(row)
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The same table with other entries in the last column.
    package func mappingLast(_ transform: (String) -> String) -> TextTable {
        var table = self
        table.rows = rows.map { row in row.dropLast() + row.suffix(1).map(transform) }
        return table
    }

    /// How many characters are left for an entry of the last column.
    package func room(width: Int) -> Int {
        max(0, width - widths.dropLast().reduce(0) { $0 + $1 + 2 } - 1)
    }

    private var widths: [Int] {
        columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
    }

    package var lines: [String] {
        let widths = widths
        return ([columns.map(\.title)] + rows).map { row in
            let cells = columns.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return columns[column].alignment == .left ? row[column] + padding : padding + row[column]
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
