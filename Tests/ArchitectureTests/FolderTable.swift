import Foundation

/// The two tables of `Docs/Architecture.md`: which folder may know of which, and what each target imports.
struct FolderTable {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// By folder: those that its row names. `X/**` is a row for all folders below `X` at once.
    private var rows: [String: [String]] = [:]
    /// By target.
    private(set) var imports: [String: Set<String>] = [:]

    /// - Parameter document: Markdown with a table that begins with `| folder |` and one with `| target |`.
    /// - Throws: ``Problem`` if there are none, or they allow a circle.
    init(_ document: String) throws {
        for cells in Self.rows(of: "folder", in: document) {
            guard cells.count == 3 else { throw Problem(description: "not three columns: \(cells)") }
            for folder in Self.names(in: cells[0]) {
                guard rows.updateValue(Self.names(in: cells[2]), forKey: folder) == nil else {
                    throw Problem(description: "\(folder) has two rows")
                }
            }
        }
        for cells in Self.rows(of: "target", in: document) {
            for target in Self.names(in: cells[0]) { imports[target] = Set(Self.names(in: cells[1])) }
        }
        guard !rows.isEmpty, !imports.isEmpty else { throw Problem(description: "there are no tables") }
        for (folder, known) in rows {
            for other in known where rows[other] == nil {
                throw Problem(description: "\(folder) may know of \(other), which has no row")
            }
            if allowed(folder).contains(folder) {
                throw Problem(description: "\(folder) may know of itself by way of others: a circle")
            }
        }
    }

    /// The row that a folder falls under; `nil` if there is none.
    func row(of folder: String) -> String? {
        if rows[folder] != nil { return folder }
        var parts = folder.split(separator: "/")
        while !parts.isEmpty {
            let row = parts.joined(separator: "/") + "/**"
            if rows[row] != nil { return row }
            parts.removeLast()
        }
        return nil
    }

    /// The rows that a row may know of: those that it names, and all that these may know of.
    func allowed(_ row: String) -> Set<String> {
        var allowed: Set<String> = []
        var next = rows[row] ?? []
        while let known = next.popLast() {
            if allowed.insert(known).inserted { next += rows[known] ?? [] }
        }
        return allowed
    }

    private static func rows(of heading: String, in document: String) -> [[String]] {
        document.components(separatedBy: .newlines)
            .drop { !$0.hasPrefix("| \(heading) |") }
            .dropFirst(2)
            .prefix { $0.hasPrefix("|") }
            .map { line in line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    }

    /// What stands between backticks.
    private static func names(in cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }
            .map { String($0.element) }
    }
}
