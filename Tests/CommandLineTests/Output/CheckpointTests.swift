import ClusterScan
import Testing
import cluster_scan

@Suite("Checkpoint")
struct CheckpointTests {
    private let cursor = ScanCursor(ScanProgress(queryDigest: 7, wanted: .all))

    private var checkpoint: Checkpoint {
        Checkpoint(
            cursor: cursor,
            subject: "keys --match 'user:*' --format csv --with type,ttl --output k",
            output: OutputMark(bytes: 1_048_576, tail: 0x0F3A_0C11)
        )
    }

    @Test("a checkpoint comes back from its file, and nothing else is left behind")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let file = CheckpointFile(folder.file("mark"), of: ["copy", "--match", "it's\n*", "--to", "h:1/0"])
        #expect(try file.load() == nil)
        for (cursor, isComplete, output) in [
            (cursor, false, checkpoint.output), (.start, false, OutputMark(bytes: 0, tail: 0)),
            (.start, true, nil),
        ] {
            try file.save(cursor, isComplete: isComplete, output: output)
            let expected = Checkpoint(
                cursor: cursor,
                isComplete: isComplete,
                subject: #"copy --match 'it'\''s\n*' --to h:1/0"#,
                output: output
            )
            #expect(try file.load() == expected)
            #expect(try Checkpoint(expected.text) == expected)
            #expect(folder.names == ["mark"])
        }
        // What a process that was killed left behind goes as well.
        try FileSystem.replace(folder.file("mark"), with: "x")
        try FileSystem.move(folder.file("mark"), to: FileSystem.draftPath(folder.file("mark")))
        try file.remove()
        try file.remove()
        #expect(folder.names.isEmpty)
    }

    @Test(
        "the checkpoint of another run is refused, and it is said which that was",
        arguments: [
            ["keys", "--match", "a*"], ["copy", "--match", "b*", "--to", "h:1/0"],
            ["copy", "--match", "a*", "--to", "h:2/0"],
            ["copy", "--match", "a*", "--to", "h:1/0", "--replace"],
            ["copy", "--match", "a*", "--to", "h:1/0 --replace"], ["copy", "--match", "a* --to h:1/0"],
        ]
    )
    func another(words: [String]) throws {
        let folder = try TemporaryFolder()
        let file = CheckpointFile(folder.file("mark"), of: ["copy", "--match", "a*", "--to", "h:1/0"])
        try file.save(cursor)
        let other = CheckpointFile(folder.file("mark"), of: words)
        let failure = #expect(throws: CommandFailure.self) { try other.load() }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains("'copy --match 'a*' --to h:1/0'") == true)
        #expect(try file.load()?.cursor == cursor)
    }

    @Test("a file that does not say what it is of is refused, and it is said how to go on")
    func unknown() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("mark"), with: cursor.description + "\n")
        let failure = #expect(throws: CommandFailure.self) {
            try CheckpointFile(folder.file("mark"), of: ["keys"]).load()
        }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains("--cursor") == true)
    }

    @Test("any byte that is changed, and any end that is missing, is noticed")
    func damage() throws {
        let text = checkpoint.text
        let bytes = Array(text.utf8)
        for position in bytes.indices {
            var altered = bytes
            altered[position] ^= 1
            #expect(throws: (any Error).self) { try Checkpoint(String(decoding: altered, as: UTF8.self)) }
        }
        for length in 1..<bytes.count {
            #expect(throws: (any Error).self) {
                try Checkpoint(String(decoding: bytes[..<length], as: UTF8.self))
            }
        }
    }

    @Test("a cursor alone is understood")
    func cursorAlone() throws {
        #expect(try Checkpoint(cursor.description + "\n") == Checkpoint(cursor: cursor))
        #expect(try Checkpoint("0\n").cursor.isStart)
    }

    @Test(
        "a file that is none is refused with its name and what to do",
        arguments: ["not a checkpoint\n", "cluster-scan checkpoint 2\n", "cluster-scan checkpoint 1\n"]
    )
    func refused(text: String) throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("mark"), with: text)
        let failure = #expect(throws: CommandFailure.self) {
            try CheckpointFile(folder.file("mark"), of: ["keys"]).load()
        }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains(folder.file("mark")) == true)
        #expect(failure?.message?.contains("Remove the file") == true)
    }

    @Test("a file of another kind is not read without end")
    func large() throws {
        let failure = #expect(throws: SystemError.self) {
            try CheckpointFile("/dev/zero", of: ["keys"]).load()
        }
        #expect(failure?.attempt == "read /dev/zero")
    }
}
