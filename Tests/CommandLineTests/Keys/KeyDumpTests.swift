import ClusterScan
import Testing
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Dump")
struct KeyDumpTests {
    /// A cursor that differs from others by how many keys it says.
    private func cursor(_ keys: UInt64) -> ScanCursor {
        var progress = ScanProgress(queryDigest: 1, wanted: .all)
        progress.keysReturned = keys
        return ScanCursor(progress)
    }

    private func batch(_ names: String...) -> KeyBatch {
        KeyBatch(names.map { Array($0.utf8) })
    }

    @Test("a cursor counts only when all bytes it stands for have been written")
    func settles() throws {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var dump = KeyDump(KeyWriter(BlockWriter(file, capacity: 16), format: .text), from: cursor(0))
        try dump.take(batch("aaaa", "bbbb"), cursor: cursor(2))
        #expect(try (file.size(), dump.settled.cursor) == (0, cursor(0)))
        // The block is full: the first batch goes out, and only that counts.
        try dump.take(batch("cccc", "dddd"), cursor: cursor(4))
        #expect(try file.size() == 15)
        #expect(dump.settled.cursor == cursor(2))
        #expect(dump.settled.end == 10)
        #expect(dump.settled.keys == 2)
        try dump.flush()
        #expect(dump.settled.cursor == cursor(4))
        #expect(dump.keys == 4)
    }

    @Test("after a write that failed, the cursor stands for what arrived and the rest can be cut off")
    func failure() throws {
        let folder = try TemporaryFolder()
        let output = try OutputFile(folder.file("keys"), continuingAfter: nil)
        // A pipe that takes some bytes and then no more plays the part of a disk that gets full.
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (source, sink) = (
            FileDescriptor(rawValue: ends[0], name: "pipe"), FileDescriptor(rawValue: ends[1], name: "pipe")
        )
        signal(SIGPIPE, SIG_IGN)
        var dump = KeyDump(KeyWriter(BlockWriter(sink, capacity: 16), format: .text), from: cursor(0))
        try dump.take(batch("aaaa", "bbbb"), cursor: cursor(2))
        try dump.take(batch("cccc", "dddd"), cursor: cursor(4))
        let arrived = try source.readSome(100)
        try output.file.writeAll(String(decoding: arrived, as: UTF8.self))
        try source.closeFile()
        #expect(throws: SystemError.self) { try dump.flush() }
        try sink.closeFile()
        #expect(dump.settled.cursor == cursor(2))
        try output.truncate(to: dump.settled.end)
        #expect(try FileSystem.text(of: folder.file("keys.partial"), atMost: 100) == "aaaa\nbbbb\n")
    }

    @Test("batches without keys move the cursor on")
    func emptyBatches() throws {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var dump = KeyDump(KeyWriter(BlockWriter(file), format: .text), from: cursor(0))
        try dump.take(batch(), cursor: cursor(1))
        #expect(dump.settled.cursor == cursor(1))
    }

    @Test("the part of a batch that a limit lets through has no cursor")
    func limit() throws {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var dump = KeyDump(KeyWriter(BlockWriter(file), format: .text), from: cursor(0))
        try dump.take(batch("a", "b"), cursor: cursor(2))
        try dump.take(first: 1, of: batch("c", "d"))
        try dump.flush()
        #expect(dump.keys == 3)
        #expect(dump.settled.cursor == cursor(2))
        #expect(try file.size() == 6)
    }
}
