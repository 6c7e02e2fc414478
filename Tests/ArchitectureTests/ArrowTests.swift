import Foundation
import Testing

/// `Docs/Architecture.md` says which folder may know of which. This holds it against the sources.
@Suite("Folders know only of those that the table allows")
struct ArrowTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func documented() throws -> FolderTable {
        try FolderTable(String(contentsOf: root.appending(path: "Docs/Architecture.md"), encoding: .utf8))
    }

    @Test("no arrow of the sources is turned round, no import is new, no folder is missing")
    func sources() throws {
        let tree = try SourceTree(below: Self.root.appending(path: "Sources"))
        #expect(!tree.isEmpty)
        for violation in tree.violations(of: try Self.documented()) {
            Issue.record("Sources/\(violation)")
        }
    }

    // MARK: That it can fail

    private static let table = """
        | folder | holds | may know of |
        |---|---|---|
        | `Core/Low` | | nothing |
        | `Core/Middle` | | `Core/Low` |
        | `Core/High` | | `Core/Middle` |
        | `Tool/**` | | `Core/High` |

        | target | imports |
        |---|---|
        | `Core` | `Glibc` |
        | `Tool` | `Core` |
        """

    private func violations(_ sources: [String: String]) throws -> [String] {
        try SourceTree(sources).violations(of: FolderTable(Self.table))
    }

    @Test("a lower folder that uses a type of a higher one is named, with the line and both folders")
    func wrongArrow() throws {
        let found = try violations([
            "Core/Low/Stone.swift": "struct Stone {\n    var roof: Roof?\n}",
            "Core/High/Roof.swift": "struct Roof { var stone: Stone }",
        ])
        #expect(
            found == ["Core/Low/Stone.swift:2: Core/Low uses Roof of Core/High, which it must not know"]
        )
    }

    @Test(
        "types are found wherever they stand",
        arguments: [
            "extension Roof { var isDry: Bool { true } }",
            "func f() -> [Roof.Tile] { [] }",
            "extension Stone { func f() throws(Roof) {} }",
            #"let text = "is \(Roof.self)""#,
            "func f<Tile: Roof>(_ tile: Tile) {}",
            "typealias Cover = Roof",
            "let f = \\Roof.tile",
        ]
    )
    func places(source: String) throws {
        let found = try violations([
            "Core/Low/Stone.swift": "struct Stone {}", "Core/Low/Other.swift": source,
            "Core/High/Roof.swift": "class Roof: Error { struct Tile {} }",
        ])
        #expect(found.count == 1, "\(found)")
    }

    @Test("a type that a higher folder puts inside of a lower one belongs to the higher one")
    func nestedFromAbove() throws {
        let found = try violations([
            "Core/Low/Stone.swift": "struct Stone { var moss: Moss?; var other: Stone.Moss? }",
            "Core/High/Moss.swift": "extension Stone { struct Moss {} }",
        ])
        #expect(found.allSatisfy { $0.contains("Stone.Moss of Core/High") })
        #expect(!found.isEmpty)
    }

    @Test(
        "names in comments and strings, and names of one's own, are no arrows",
        arguments: [
            "// Roof", "/* Roof /* Roof */ Roof */ struct A {}", #"let a = "Roof""#,
            ##"let a = #"\(Roof)"#"##,
            "/// Like ``Roof``.\nstruct A {}", "private struct Roof {}\nlet a: Roof? = nil",
            "func f<Roof>(_ a: Roof) {}", "let a = thing.Roof", "let a = \"\"\"\n    Roof \"\n    \"\"\"",
        ]
    )
    func innocent(source: String) throws {
        let found = try violations([
            "Core/Low/Stone.swift": source, "Core/High/Roof.swift": "struct Roof {}",
        ])
        #expect(found == [])
    }

    @Test("arrows downwards, within a folder and within all that one row stands for are right")
    func rightArrows() throws {
        let found = try violations([
            "Core/Low/Stone.swift": "struct Stone { var next: Pebble? }",
            "Core/Low/Pebble.swift": "struct Pebble {}",
            "Core/High/Roof.swift": "struct Roof { var stone: Stone }",
            "Tool/A/A.swift": "import Core\nstruct A { var b: B?; var roof: Roof }",
            "Tool/B/B.swift": "import Core\nstruct B { var a: A }",
        ])
        #expect(found == [])
    }

    @Test("a folder, a target and an import that are not in the tables are named")
    func unknown() throws {
        let found = try violations([
            "Core/Attic/Box.swift": "struct Box {}",
            "Core/Low/Clock.swift": "#if canImport(Glibc)\nimport Glibc\n#endif\npackage import NIOCore",
            "Shed/Rake.swift": "struct Rake {}",
        ])
        #expect(
            found == [
                "Core/Attic/Box.swift:1: the folder Core/Attic is not in the table",
                "Core/Low/Clock.swift:4: Core imports NIOCore, which the table does not allow",
                "Shed/Rake.swift:1: the folder Shed is not in the table",
                "Shed/Rake.swift:1: the target Shed is not in the table of imports",
            ]
        )
    }

    @Test("a table that allows a circle, or names a folder without a row, is refused")
    func badTables() {
        for known in ["`Core/High`", "`Core/Sky`"] {
            let table = Self.table.replacing("nothing", with: known)
            #expect(throws: FolderTable.Problem.self) { try FolderTable(table) }
        }
        #expect(throws: FolderTable.Problem.self) { try FolderTable("no table") }
    }
}
