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
            destination: ClusterMark(prefixes: [0, 0x0102_0304, .max]),
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

    private func cluster(_ digits: String...) throws -> ClusterTopology {
        let shards = try digits.enumerated().map { index, digit in
            let id = try #require(NodeID(String(repeating: digit, count: 40)))
            let node = ClusterNode(id: id, address: NodeAddress(host: "h", port: index + 1))
            let slot = try #require(HashSlot(rawValue: UInt16(index)))
            return ClusterTopology.Shard(primary: node, replicas: [], slots: [slot])
        }
        return try ClusterTopology(shards: shards)
    }

    @Test("a destination is known by its nodes: one of them is enough, none is another cluster")
    func destination() throws {
        let folder = try TemporaryFolder()
        func file(_ cluster: ClusterTopology?, insisting: Bool = false) -> CheckpointFile {
            CheckpointFile(folder.file("mark"), of: ["copy"], to: cluster, anyCluster: insisting)
        }
        try file(cluster("1", "2", "3")).save(cursor)
        #expect(try file(cluster("1", "2", "3")).load()?.cursor == cursor)
        #expect(try file(cluster("7", "2", "8")).load()?.cursor == cursor)
        let other = try cluster("4", "5")
        let failure = #expect(throws: CommandFailure.self) { try file(other).load() }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains("another cluster") == true)
        #expect(failure?.message?.contains("--any-cluster") == true)
        #expect(try file(other, insisting: true).load()?.cursor == cursor)
        // From then on it is that cluster's.
        try file(other, insisting: true).save(cursor)
        #expect(try file(other).load()?.cursor == cursor)
        #expect(throws: CommandFailure.self) { try file(cluster("1", "2", "3")).load() }
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

    @Test("every part of the text form comes back")
    func text() throws {
        #expect(try Checkpoint(checkpoint.text) == checkpoint)
        #expect(checkpoint.text.contains("\ndestination 00000000 01020304 ffffffff\n"))
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
