import Testing
import cluster_scan

@Suite("Output file")
struct OutputFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("keys") }
    private var partial: String { folder.file("keys.partial") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func text(_ path: String) throws -> String? {
        try FileSystem.text(of: path, atMost: 1 << 20)
    }

    @Test("the file has its name only when it is complete")
    func complete() throws {
        try FileSystem.replace(path, with: "the dump of yesterday\n")
        let output = try OutputFile(path, continuingAfter: nil)
        try output.file.writeAll("a\nb\n")
        #expect(try text(path) == "the dump of yesterday\n")
        #expect(try text(partial) == "a\nb\n")
        try output.complete()
        #expect(try text(path) == "a\nb\n")
        #expect(folder.names == ["keys"])
    }

    @Test("a dump that begins anew does not keep an earlier partial file")
    func beginsAnew() throws {
        try FileSystem.replace(partial, with: "old\n")
        let output = try OutputFile(path, continuingAfter: nil)
        #expect(!output.isContinued)
        #expect(try text(partial) == "")
    }

    @Test("a dump that goes on adds to the partial file, without the line that was cut off")
    func continues() throws {
        for (found, kept) in [("a\nb\nhal", "a\nb\n"), ("a\nb\n", "a\nb\n"), ("hal", ""), ("", "")] {
            try FileSystem.replace(partial, with: found)
            let output = try OutputFile(path, continuingAfter: UInt8(ascii: "\n"))
            #expect(output.isContinued)
            try output.file.writeAll("c\n")
            #expect(try text(partial) == kept + "c\n")
        }
    }

    @Test("the last complete entry is found however far from the end it is")
    func longEntries() throws {
        let long = String(repeating: "x", count: 200_000)
        try FileSystem.replace(partial, with: "a\0" + long)
        _ = try OutputFile(path, continuingAfter: 0)
        #expect(try text(partial) == "a\0")
    }

    @Test("what no cursor stands for can be taken back")
    func truncates() throws {
        try FileSystem.replace(partial, with: "a\n")
        let output = try OutputFile(path, continuingAfter: UInt8(ascii: "\n"))
        try output.file.writeAll("b\nc\nhal")
        try output.truncate(to: 4)
        #expect(try text(partial) == "a\nb\nc\n")
    }

    @Test("a folder that does not exist is an error that names the file")
    func noFolder() {
        #expect(throws: SystemError.self) {
            try OutputFile(folder.file("missing/keys"), continuingAfter: nil)
        }
    }
}
