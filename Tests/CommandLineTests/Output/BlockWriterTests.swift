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

@Suite("Block writer")
struct BlockWriterTests {
    @Test("short writes and a pipe that is full for a while lose nothing")
    func shortWrites() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (source, sink) = (
            FileDescriptor(rawValue: ends[0], name: "pipe"), FileDescriptor(rawValue: ends[1], name: "pipe")
        )
        // A non-blocking pipe takes what fits, and then nothing.
        try #require(fcntl(sink.rawValue, F_SETFL, O_NONBLOCK) == 0)
        let names = (0..<20_000).map { Array("some:key:number:\($0)".utf8) }
        async let received = Task.detached {
            var bytes: [UInt8] = []
            while case let more = try source.readSome(777), !more.isEmpty { bytes += more }
            return bytes
        }.value
        var writer = KeyWriter(BlockWriter(sink), format: .text)
        try writer.write(KeyBatch(names))
        try writer.flush()
        try sink.closeFile()
        let lines = try await received.split(separator: UInt8(ascii: "\n")).map(Array.init)
        #expect(lines == names)
        try source.closeFile()
    }

    #if os(Linux)
        @Test("a full disk is an error with words")
        func fullDisk() throws {
            let full = try FileDescriptor.open("/dev/full", O_WRONLY)
            defer { try? full.closeFile() }
            var writer = KeyWriter(BlockWriter(full), format: .text)
            try writer.write(KeyBatch([Array("key".utf8)]))
            do throws(SystemError) {
                try writer.flush()
                Issue.record("nothing was thrown")
            } catch {
                #expect(error.code == ENOSPC)
                #expect(error.description == "cannot write to /dev/full: No space left on device")
                #expect(CommandFailure(error).status == .outputFailed)
            }
        }
    #endif

    @Test("a closed pipe ends the command quietly, with the status of SIGPIPE")
    func closedPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let sink = FileDescriptor(rawValue: ends[1], name: "pipe")
        defer { try? sink.closeFile() }
        var writer = KeyWriter(BlockWriter(sink), format: .text)
        try writer.write(KeyBatch([Array("key".utf8)]))
        do throws(SystemError) {
            try writer.flush()
            Issue.record("nothing was thrown")
        } catch {
            #expect(CommandFailure(error).status == .pipeClosed)
            #expect(CommandFailure(error).message == nil)
        }
    }
}
