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

    // MARK: Marks

    private func dump(_ text: String) throws -> OutputMark {
        let output = try OutputFile(path, continuingAfter: nil)
        try output.file.writeAll(text)
        let mark = try output.mark(afterAdding: UInt64(text.utf8.count))
        try output.file.closeFile()
        return mark
    }

    @Test("what was written after a mark is cut off, wherever it was torn", arguments: [10, 5000, 100_000])
    func marks(length: Int) throws {
        let line = String(repeating: "x", count: length) + "\n"
        let mark = try dump(line + line)
        #expect(mark.bytes == 2 * (length + 1))
        for rest in ["", "half a li", "whole\nhalf"] {
            try FileSystem.replace(partial, with: line + line + rest)
            let output = try OutputFile(path, continuingAt: mark)
            #expect(output.start == mark.bytes)
            try output.file.writeAll("next\n")
            #expect(try text(partial) == line + line + "next\n")
            try output.file.closeFile()
        }
    }

    @Test("a file that is shorter than its mark, other than it, or gone, is refused and left as it is")
    func notTheSame() throws {
        let mark = try dump("a\nb\n")
        for (found, words) in [("a\n", "is shorter than"), ("a\nx\nmore\n", "has others than")] {
            try FileSystem.replace(partial, with: found)
            let failure = #expect(throws: CommandFailure.self) { try OutputFile(path, continuingAt: mark) }
            #expect(failure?.status == .unusableData)
            #expect(failure?.message?.contains(words) == true)
            #expect(failure?.message?.contains(partial) == true)
            #expect(try text(partial) == found)
        }
        try FileSystem.remove(partial)
        let failure = #expect(throws: CommandFailure.self) { try OutputFile(path, continuingAt: mark) }
        #expect(failure?.message?.contains("there is no file") == true)
        #expect(folder.names.isEmpty)
    }

    @Test("a mark of nothing needs no file")
    func nothing() throws {
        let output = try OutputFile(path, continuingAt: OutputMark(bytes: 0, tail: 0))
        try output.file.writeAll("a\n")
        #expect(try text(partial) == "a\n")
    }

    @Test("a complete file gets its name, also when it has got it before")
    func finishes() throws {
        let mark = try dump("a\nb\n")
        for _ in 1...2 {
            try OutputFile.finish(path, mark)
            #expect(folder.names == ["keys"])
            #expect(try text(path) == "a\nb\n")
        }
        for other in ["a\nb\nc\n", "a\nc\n", "a\n"] {
            try FileSystem.replace(path, with: other)
            #expect(throws: CommandFailure.self) { try OutputFile.finish(path, mark) }
        }
    }

    @Test("a file that somebody is writing is left to them")
    func taken() throws {
        let mark = try dump("a\n")
        let output = try OutputFile(path, continuingAt: mark)
        try output.file.writeAll("b\n")
        // Locks belong to open files, so this process stands for another one.
        let failure = #expect(throws: SystemError.self) { try OutputFile(path, continuingAfter: nil) }
        #expect(failure?.attempt.contains("another process is writing") == true)
        #expect(throws: SystemError.self) { try OutputFile(path, continuingAt: mark) }
        #expect(try text(partial) == "a\nb\n")
        try output.complete()
        #expect(try text(path) == "a\nb\n")
    }
}
