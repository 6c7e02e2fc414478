import Foundation

/// A row of the table of permissions in `Docs/Security.md`.
struct DocumentedPermissions {
    let commands: [String]
    let rules: [String]
    let keys: [String]
    let betterWith: [String]

    /// What reading the names of keys takes, from the first example of the page.
    static var reading: [String] {
        get throws {
            let example = try text().firstMatch(of: /```\nACL SETUSER scanner ([^`]*)```/)?.1 ?? ""
            return example.split(whereSeparator: \.isWhitespace).map(String.init).filter { $0.hasPrefix("+") }
        }
    }

    /// The rows about commands that work on one cluster.
    static func rows() throws -> [DocumentedPermissions] {
        let section = try text().components(separatedBy: "\n## ").first {
            $0.hasPrefix("Users and permissions")
        }
        return (section ?? "").split(separator: "\n").compactMap { line in
            // The bars of subcommands are escaped in a table.
            let cells = line.replacing("\\|", with: "/").split(
                separator: "|",
                omittingEmptySubsequences: false
            )
            guard cells.count == 6, !cells[1].contains("copy") else { return nil }
            let commands = code(in: cells[1])
            guard !commands.isEmpty else { return nil }
            return DocumentedPermissions(
                commands: commands,
                rules: code(in: cells[2]),
                keys: code(in: cells[3]),
                betterWith: code(in: cells[4])
            )
        }
    }

    private static func code(in cell: Substring) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.1).replacing("/", with: "|") }
    }

    private static func text() throws -> String {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        return try String(contentsOf: root.appending(path: "Docs/Security.md"), encoding: .utf8)
    }
}
