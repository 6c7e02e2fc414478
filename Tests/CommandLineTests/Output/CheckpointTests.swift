import ClusterScan
import Testing
import cluster_scan

@Suite("Checkpoint")
struct CheckpointTests {
    private let cursor = ScanCursor(ScanProgress(queryDigest: 7, wanted: .all))

    private var checkpoint: Checkpoint {
        Checkpoint(
            cursor: cursor,
            layout: "--format csv --with type,ttl",
            output: OutputMark(bytes: 1_048_576, tail: 0x0F3A_0C11)
        )
    }

    @Test("a checkpoint comes back from its file, and nothing else is left behind")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let file = CheckpointFile(folder.file("mark"))
        #expect(try file.load() == nil)
        let begun = Checkpoint(cursor: .start, output: OutputMark(bytes: 0, tail: 0))
        let complete = Checkpoint(cursor: .start, isComplete: true)
        for checkpoint in [checkpoint, begun, complete] {
            try file.save(checkpoint)
            #expect(try file.load() == checkpoint)
            #expect(folder.names == ["mark"])
        }
        // What a process that was killed left behind goes as well.
        try FileSystem.replace(folder.file("mark"), with: "x")
        try FileSystem.move(folder.file("mark"), to: FileSystem.draftPath(folder.file("mark")))
        try file.remove()
        try file.remove()
        #expect(folder.names.isEmpty)
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

    @Test("a cursor alone, as earlier versions saved it, is understood")
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
        let failure = #expect(throws: CommandFailure.self) { try CheckpointFile(folder.file("mark")).load() }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains(folder.file("mark")) == true)
        #expect(failure?.message?.contains("Remove the file") == true)
    }

    @Test("a file of another kind is not read without end")
    func large() throws {
        let failure = #expect(throws: SystemError.self) { try CheckpointFile("/dev/zero").load() }
        #expect(failure?.attempt == "read /dev/zero")
    }
}
