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

@Suite("Members as text, JSON and bytes")
struct MemberWriterTests {
    private func written(
        _ members: [Member],
        _ format: MemberFormat,
        _ parts: MemberWriter.Parts = MemberWriter.Parts()
    ) throws -> (text: String, leftOut: UInt64) {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var writer = MemberWriter(BlockWriter(file, capacity: 16), format: format, parts: parts)
        try writer.write(members)
        try writer.flush()
        #expect(writer.members + writer.leftOut == UInt64(members.count))
        return (
            try FileSystem.text(of: FileDescriptor.open(folder.file("out"), O_RDONLY), atMost: 1 << 20),
            writer.leftOut
        )
    }

    private let all: [Member] = [
        .member([0xFF, 9] + Array("ä\\".utf8)), .field([0x61], value: Array("line\nend".utf8)),
        .field([0x62], value: nil), .scored([0x63], score: 3), .scored([0x64], score: 0.1),
        .scored([0x65], score: -.infinity), .element(Array("\"".utf8), index: 7),
        .entry(
            StreamID(milliseconds: 5, sequence: 1),
            fields: [Member.Field(name: [0x66], value: [0xFE]), Member.Field(name: [0x66], value: [])]
        ),
    ]

    @Test("text: names and values with a tab between them, which in neither is left")
    func text() throws {
        let lines = try written(all, .text).text
        #expect(
            lines == """
                \\xff\\tä\\\\
                a\tline\\nend
                b
                c\t3
                d\t0.1
                e\t-inf
                \"
                5-1\tf\t\\xfe\tf\t

                """
        )
    }

    @Test("json: one object a line, with bytes that are not UTF-8 in base 64")
    func json() throws {
        let lines = try written(all, .json).text
        #expect(
            lines == #"""
                {"member_base64":"/wnDpFw="}
                {"field":"a","value":"line\nend"}
                {"field":"b"}
                {"member":"c","score":3}
                {"member":"d","score":0.1}
                {"member":"e","score":"-inf"}
                {"index":7,"element":"\""}
                {"id":"5-1","fields":[{"name":"f","value_base64":"/g=="},{"name":"f","value":""}]}

                """#
        )
    }

    @Test("nul: a zero byte behind each, and what has one itself is counted, not written")
    func nul() throws {
        let some: [Member] = [
            .field([0x61], value: [0x62]), .member([0x63, 0]), .field([0x64], value: [0]), .member([0x65]),
        ]
        let (text, leftOut) = try written(some, .nul)
        #expect(text == "a\0b\0e\0")
        #expect(leftOut == 2)
    }

    @Test("values and scores can be left out")
    func names() throws {
        let parts = MemberWriter.Parts(values: false, scores: false)
        #expect(try written([all[3], all[7]], .json, parts).text == "{\"member\":\"c\"}\n{\"id\":\"5-1\"}\n")
        #expect(try written([all[3]], .text, parts).text == "c\n")
    }

    @Test("an ending says what was done, and what went wrong")
    func endings() {
        var ending = MemberEnding(.finished, cursor: .start)
        ending.members = 3
        #expect(ending.status == .complete)
        #expect(ending.summary(colors: false)?.hasPrefix("Complete: 3 members in") == true)
        #expect(ending.complaint(colors: false) == nil)
        ending.cause = .stopped(.interrupted)
        #expect(ending.status == .interrupted)
        #expect(ending.complaint(colors: false) == "INCOMPLETE: 3 members written, then stopped")
        ending.cause = .failed(CommandFailure(ClusterScanError(.noSuchKey, "there is no such key")))
        #expect(ending.status == .noSuchKey)
        #expect(ending.complaint(colors: false) == "Error: there is no such key")
        ending.hasBegun = true
        #expect(
            ending.complaint(colors: false)?.contains("INCOMPLETE: 3 members written, then failed") == true
        )
    }
}
