import Foundation
import Testing
import cluster_scan

@Suite("Arguments as text")
struct ArgumentTextTests {
    /// Bytes of all kinds, among them those of the scalars that stand for bytes.
    private static let samples: [[UInt8]] = [
        [], Array("plain".utf8), Array("é日👩".utf8), [0xAC, 0xED, 0, 5, 0x74],
        Array("caf".utf8) + [0xE9, 0x2A],
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x91], [0x80], [0xFF, 0xFE],
        Array("\u{10F780}\u{10F7FF}\u{10F77F}\u{10F800}".utf8), Array("\u{FFFD}".utf8),
        Array("e\u{301}".utf8),
    ]

    @Test("every argument comes back byte for byte, and no two have the same text")
    func roundTrip() {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<5_000).map { _ in
            (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
                // Lead and continuation bytes of long sequences more often than by chance.
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0...255, using: &generator)
                    : [0xF4, 0x8F, 0x9E, 0x9F, 0x80, 0xBF].randomElement(using: &generator) ?? 0
            }
        }
        let all = Set(Self.samples + random)
        for bytes in all { #expect(ArgumentText.bytes(ArgumentText.text(bytes)) == bytes) }
        // As bytes: the same text in two Unicode forms is equal as a string.
        #expect(Set(all.map { Array(ArgumentText.text($0).utf8) }).count == all.count)
    }

    @Test("what is UTF-8 stays as it is")
    func text() {
        #expect(ArgumentText.text(Array("caf\u{E9} 👩".utf8)) == "caf\u{E9} 👩")
        #expect(ArgumentText.shown(ArgumentText.text(Array("caf".utf8) + [0xE9])) == #"caf\xe9"#)
        #expect(ConsoleText.safe(ArgumentText.text([0x1B, 0x9B])) == "\u{FFFD}" + #"\x9b"#)
    }

    @Test("a shell hands the quoted word over as the same bytes", arguments: samples)
    func quoted(bytes: [UInt8]) throws {
        guard !bytes.contains(0) else { return }
        let folder = try TemporaryFolder()
        let word = ResumeHint.quote(ArgumentText.text(bytes + Array("1'\\".utf8)))
        try FileSystem.replace(folder.file("script"), with: "printf %s \(word) > \(folder.file("out"))")
        let shell = try Process.run(URL(filePath: "/bin/bash"), arguments: [folder.file("script")])
        shell.waitUntilExit()
        let written = try Data(contentsOf: URL(filePath: folder.file("out")))
        #expect([UInt8](written) == bytes + Array("1'\\".utf8))
    }

    @Test("files have the names that were given")
    func paths() throws {
        let folder = try TemporaryFolder()
        let path = folder.file(ArgumentText.text([0x61, 0xE9]))
        try FileSystem.replace(path, with: "x")
        #expect(FileSystem.kind(of: path) == .regular)
        #expect(FileSystem.kind(of: folder.file("a\u{FFFD}")) == .missing)
        try FileSystem.remove(path)
    }

    @Test("words behind -- may be any that a shell can pass")
    func words() {
        let words = ["SET", "{}", "--yes", "", "--", "-x", "\u{301}a", ArgumentText.text([0xFF]), "--help"]
        #expect(throws: Never.self) { try ClusterScanCommand.read(["exec", "--match", "x*", "--"] + words) }
    }
}
