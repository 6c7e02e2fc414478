import ClusterScan
import Testing
import cluster_scan

@Suite("Cursor file")
struct CursorFileTests {
    @Test("a cursor comes back from its file, and nothing else is left behind")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let file = CursorFile(folder.file("cursor"))
        #expect(try file.load() == nil)
        let cursor = ScanCursor(ScanProgress(queryDigest: 7, wanted: .all))
        try file.save(.start)
        #expect(try file.load()?.isStart == true)
        try file.save(cursor)
        #expect(try file.load() == cursor)
        #expect(folder.names == ["cursor"])
        try file.remove()
        try file.remove()
        #expect(folder.names.isEmpty)
    }

    @Test("a damaged file is refused with its name and what to do")
    func damaged() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("cursor"), with: "not a cursor\n")
        let failure = #expect(throws: CommandFailure.self) { try CursorFile(folder.file("cursor")).load() }
        #expect(failure?.status == .unusableData)
        #expect(failure?.message?.contains(folder.file("cursor")) == true)
    }

    @Test("a file of another kind is not read without end")
    func large() throws {
        let failure = #expect(throws: SystemError.self) { try CursorFile("/dev/zero").load() }
        #expect(failure?.attempt == "read /dev/zero")
    }
}
