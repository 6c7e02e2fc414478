import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Dumps that are carried on")
struct DumpOutputTests {
    private static func record(_ number: Int) -> DumpRecord {
        DumpRecord(key: Array("key \(number)".utf8), payload: [UInt8](repeating: 7, count: number))
    }

    /// A file with a mark after every tenth record, and where the marks end.
    private static func dump(_ count: Int) throws -> (bytes: [UInt8], marks: [Int]) {
        var bytes: [UInt8] = []
        var marks: [Int] = []
        var writer = DumpWriter()
        try writer.begin(DumpHeader(created: 1)) { bytes += $0 }
        for number in 0..<count {
            try writer.append(record(number)) { bytes += $0 }
            if number % 10 == 9 {
                try writer.mark(.start) { bytes += $0 }
                marks.append(bytes.count)
            }
        }
        try writer.finish { bytes += $0 }
        return (bytes, marks)
    }

    private func put(_ bytes: some Collection<UInt8>, in path: String) throws {
        let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { try? file.closeFile() }
        var writer = BlockWriter(file)
        try Array(bytes).withUnsafeBytes { try writer.append($0) }
        try writer.flush()
    }

    @Test("whatever was left of a file, it is carried on from its last whole mark")
    func everyLength() throws {
        let folder = try TemporaryFolder()
        let (bytes, marks) = try Self.dump(50)
        for length in stride(from: 0, to: bytes.count, by: 3) {
            try put(bytes[..<length], in: folder.file("d.partial"))
            let output = try DumpOutput(folder.file("d"), isContinued: true)
            let expected = marks.last { $0 <= length }
            #expect(output.start.map { Int($0.mark.offset) } == expected)
            #expect(try output.file.size() == Int64(expected ?? 0))
            #expect(!output.isComplete)
            try output.file.closeFile()
        }
    }

    @Test("what is behind damage is written again")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let (bytes, marks) = try Self.dump(50)
        var damaged = bytes
        damaged[marks[2] + 20] ^= 4
        try put(damaged, in: folder.file("d.partial"))
        let output = try DumpOutput(folder.file("d"), isContinued: true)
        #expect(output.start?.mark.counts.records == 30)
        try output.file.closeFile()
    }

    @Test("a whole file that has not got its name yet gets it")
    func whole() throws {
        let folder = try TemporaryFolder()
        let (bytes, _) = try Self.dump(50)
        try put(bytes, in: folder.file("d.partial"))
        let output = try DumpOutput(folder.file("d"), isContinued: true)
        #expect(output.isComplete)
        try output.complete()
        #expect(folder.names == ["d"])
    }

    @Test("a whole file that lacks slots is carried on before its trailer")
    func uncovered() throws {
        let folder = try TemporaryFolder()
        var bytes: [UInt8] = []
        var writer = DumpWriter()
        try writer.begin(DumpHeader(created: 1)) { bytes += $0 }
        try writer.append(Self.record(3)) { bytes += $0 }
        try writer.mark(.start) { bytes += $0 }
        let mark = bytes.count
        try writer.finish(uncovered: .all) { bytes += $0 }
        try put(bytes, in: folder.file("d.partial"))
        let output = try DumpOutput(folder.file("d"), isContinued: true)
        #expect(!output.isComplete)
        #expect(output.start?.mark.counts.records == 1)
        #expect(try output.file.size() == Int64(mark))
        try output.file.closeFile()
    }

    @Test("a file that another process is writing is left alone", arguments: [true, false])
    func taken(isContinued: Bool) throws {
        let folder = try TemporaryFolder()
        let first = try DumpOutput(folder.file("d"), isContinued: false)
        try first.file.writeAll("text")
        let failure = #expect(throws: SystemError.self) {
            try DumpOutput(folder.file("d"), isContinued: isContinued)
        }
        #expect(failure?.description.contains("another process") == true)
        #expect(try first.file.size() == 4)
        try first.file.closeFile()
    }

    @Test("another file is not overwritten with --resume, and is without")
    func other() throws {
        let folder = try TemporaryFolder()
        try put(Array("precious".utf8), in: folder.file("d.partial"))
        #expect(throws: CommandFailure.self) { try DumpOutput(folder.file("d"), isContinued: true) }
        let output = try DumpOutput(folder.file("d"), isContinued: false)
        #expect(output.start == nil)
        #expect(try output.file.size() == 0)
        try output.file.closeFile()
    }

    @Test(
        "moments are written as RFC 3339 has them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20Z"), (-1, "1969-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func moments(milliseconds: Int64, text: String) {
        #expect(UTCTime.text(milliseconds: milliseconds) == text)
    }
}
