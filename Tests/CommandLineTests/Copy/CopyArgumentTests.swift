import ArgumentParser
import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

@Suite("Arguments of copy")
struct CopyArgumentTests {
    @Test("a change of prefixes is read at its first '=', with the escapes of text output")
    func prefixes() {
        #expect(
            PrefixRename(argument: "old:=new:") == PrefixRename(from: "old:".utf8, to: "new:".utf8)
        )
        #expect(PrefixRename(argument: "a=b=c") == PrefixRename(from: "a".utf8, to: "b=c".utf8))
        #expect(
            PrefixRename(argument: #"a\x3d\xff=\\"#) == PrefixRename(from: [0x61, 0x3d, 0xff], to: [0x5c])
        )
        #expect(PrefixRename(argument: "tmp:=") == PrefixRename(from: "tmp:".utf8, to: []))
        for wrong in ["old", "same=same", #"a\q=b"#] { #expect(PrefixRename(argument: wrong) == nil) }
    }

    @Test("the command that goes on names no password of the destination, however it was given")
    func hint() {
        for destination in [["--to", "redis://u:secret@b:1"], ["--to=redis://u:secret@b:1"]] {
            let hint = ResumeHint(
                arguments: ["cluster-scan", "copy", "a:1"] + destination,
                cursor: ScanCursor.start
            )
            #expect(!hint.command.contains("secret") && hint.command.contains("redis://u@b:1"))
            #expect(hint.needsPassword)
        }
    }

    @Test(
        "contradictions are refused before anything is connected",
        arguments: [
            ["copy", "a:1"], ["copy", "--to", "b:1", "--dry-run", "--verify"],
            ["copy", "--to", "b:1", "--verify-only", "--resume", "x"],
            ["copy", "--to", "b:1", "--rename-prefix", "old:=new:"],
            ["index", "--field", "f", "--into", "i"],
            ["index", "--match", "*", "--field", "f", "--into", "i", "--type", "set"],
            [
                "index", "--match", "*", "--field", "f", "--into", "i", "--layout", "hash", "--on-conflict",
                "set",
            ],
            [
                "index", "--match", "*", "--field", "f", "--into", "i", "--layout", "sets", "--on-conflict",
                "fail",
            ],
            ["index", "--match", "*", "--field", "f", "--into", "}", "--layout", "keys"],
        ]
    )
    func contradictions(arguments: [String]) {
        #expect(throws: (any Error).self) { try ClusterScanCommand.read(arguments) }
    }

    @Test("the same without the contradiction is fine")
    func accepted() throws {
        _ = try ClusterScanCommand.parseAsRoot(
            ["copy", "--to", "b:1", "--match", "old:*", "--rename-prefix", "old:=new:", "--verify"]
        )
        _ = try ClusterScanCommand.parseAsRoot(
            ["index", "--match", "*", "--field", "f", "--into", "i", "--on-conflict", "set", "--yes"]
        )
    }
}
