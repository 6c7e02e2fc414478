import ClusterScanOperations

/// The text of `--help`, taken apart.
package struct HelpText {
    /// An option or an argument.
    package struct Entry {
        /// As in `-o, --output <file>`.
        package var label: String
        /// What it does, paragraph by paragraph.
        package var paragraphs: [String]
    }

    package struct Section {
        /// As in `CLUSTER`.
        package var title: String
        package var entries: [Entry]
    }

    package private(set) var abstract = ""
    /// The lines of the discussion.
    package private(set) var discussion: [String] = []
    package private(set) var usage = ""
    package private(set) var sections: [Section] = []

    /// - Parameter text: The help for a screen so wide that no line is broken.
    package init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        if let first = lines.first, first.hasPrefix("OVERVIEW: ") {
            abstract = String(first.dropFirst("OVERVIEW: ".count))
            lines = lines.dropFirst()
        }
        discussion = Array(lines.prefix { !$0.hasPrefix("USAGE: ") })
        lines = lines.dropFirst(discussion.count)
        while discussion.first?.isEmpty == true { discussion.removeFirst() }
        while discussion.last?.isEmpty == true { discussion.removeLast() }
        if let first = lines.popFirst() { usage = String(first.dropFirst("USAGE: ".count)) }
        for line in lines {
            if line.hasSuffix(":"), line.first != " " {
                sections.append(Section(title: String(line.dropLast()), entries: []))
            } else if !sections.isEmpty, line.contains(where: { $0 != " " }) {
                HelpText.add(line, to: &sections[sections.count - 1].entries)
            }
        }
    }

    /// An entry begins in the third column. Its help stands beside it, or below it where it is long, and what
    /// is said beyond that stands further down.
    private static func add(_ line: String, to entries: inout [Entry]) {
        let rest = line.drop { $0 == " " }
        guard line.count - rest.count <= 2 || entries.isEmpty else {
            entries[entries.count - 1].paragraphs.append(String(rest))
            return
        }
        let gap = rest.firstRange(of: "  ")
        let help = gap.map { String(rest[$0.upperBound...].drop { $0 == " " }) }
        entries.append(
            Entry(
                label: String(gap.map { rest[..<$0.lowerBound] } ?? rest),
                paragraphs: help.map { [$0] } ?? []
            )
        )
    }
}
