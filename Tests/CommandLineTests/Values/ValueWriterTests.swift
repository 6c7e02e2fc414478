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

@Suite("Values as JSON")
struct ValueWriterTests {
    private static let binary: [UInt8] = [0xFF, 0, 0x41]

    private func lines(_ parts: [ValuePart]) throws -> String {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var writer = ValueWriter(BlockWriter(file, capacity: 64))
        for part in parts { try writer.write(part) }
        try writer.breakOff("broken off")
        try writer.flush()
        return String(decoding: try file.readSome(Int(file.size()), at: 0), as: UTF8.self)
    }

    private func begin(
        _ type: KeyType,
        key: [UInt8] = Array("k".utf8),
        ttl: Int64? = nil,
        isInPieces: Bool = false
    ) -> ValuePart {
        .begin(ValuePart.KeySummary(key: key, type: type, timeToLive: ttl, isInPieces: isInPieces))
    }

    @Test("strings stand under value, or under value_base64 if they are not UTF-8 or came in pieces")
    func strings() throws {
        #expect(
            try lines([begin(.string, ttl: 5), .string(Array("a\"\n日".utf8)), .end(nil)])
                == #"{"key":"k","type":"string","ttl_ms":5,"value":"a\"\n日"}"# + "\n"
        )
        #expect(
            try lines([begin(.string, key: Self.binary), .string(Self.binary), .end(nil)])
                == #"{"key_base64":"/wBB","type":"string","ttl_ms":null,"value_base64":"/wBB"}"# + "\n"
        )
        #expect(
            try lines([
                begin(.string, isInPieces: true), .string(Array("abc".utf8)), .string(Array("d".utf8)),
                .end(nil),
            ]) == #"{"key":"k","type":"string","ttl_ms":null,"value_base64":"YWJjZA=="}"# + "\n"
        )
    }

    @Test("fields that expire by themselves stand once more, with the time they have left")
    func fieldLifetimes() throws {
        let fields: [(field: [UInt8], value: [UInt8])] = ["a", "b"].map { (Array($0.utf8), [0x31]) }
        let start = #"{"key":"k","type":"hash","ttl_ms":null,"value":{"a":"1","b":"1"},"field_ttl_ms":{"#
        let one: (field: [UInt8], timeToLive: Int64) = (Array("b".utf8), 900)
        let text = try lines([begin(.hash), .fields(fields), .lifetimes([one]), .end(nil)])
        #expect(text == start + #""b":900}}"# + "\n")
        let long: (field: [UInt8], timeToLive: Int64) = (Array(repeating: 0x78, count: 1 << 20), 1)
        let cut = try lines([begin(.hash), .fields(fields), .lifetimes([long, long, long]), .end(nil)])
        #expect(cut.hasPrefix(start) && cut.hasSuffix(#""field_ttl_ms_left_out":2}"# + "\n"))
    }

    @Test("in collections what is not UTF-8 is marked, and so is what looks marked")
    func collections() throws {
        let odd = Array("base64:".utf8)
        #expect(
            try lines([begin(.list), .elements([[], Self.binary]), .elements([odd]), .end(nil)])
                == #"{"key":"k","type":"list","ttl_ms":null,"value":["","base64:/wBB","base64:YmFzZTY0Og=="]}"#
                + "\n"
        )
        #expect(
            try lines([
                begin(.hash), .fields([(Array("f".utf8), Array("v".utf8)), (Self.binary, [])]), .end(nil),
            ]) == #"{"key":"k","type":"hash","ttl_ms":null,"value":{"f":"v","base64:/wBB":""}}"# + "\n"
        )
    }

    @Test("scores are numbers wherever JSON has such a number")
    func scores() throws {
        let scores: [Double] = [1, -2.5, 1e300, .infinity, -.infinity]
        let text = try lines([
            begin(.sortedSet), .members(scores.map { (Array("m".utf8), $0) }), .end(nil),
        ])
        for number in ["1}", "-2.5}", "1e+300}", #""inf"}"#, #""-inf"}"#] {
            #expect(text.contains(#"{"member":"m","score":"# + number))
        }
    }

    @Test("entries of streams keep fields that come twice")
    func streams() throws {
        let fields = ["f", "1", "f", "2"].map { RESPValue.bulkString(Array($0.utf8)) }
        let entry = try #require(
            StreamEntry(.array([.bulkString(Array("1-2".utf8)), .array(fields)]))
        )
        #expect(
            try lines([begin(.stream), .entries([entry, entry]), .end(nil)])
                == #"{"key":"k","type":"stream","ttl_ms":null,"value":["#
                + #"{"id":"1-2","fields":[["f","1"],["f","2"]]},{"id":"1-2","fields":[["f","1"],["f","2"]]}]}"#
                + "\n"
        )
    }

    @Test("a line that could not be finished is ended, and says so")
    func brokenOff() throws {
        #expect(
            try lines([begin(.set), .elements([[0x41]])])
                == #"{"key":"k","type":"set","ttl_ms":null,"value":["A"],"error":"broken off"}"# + "\n"
        )
        #expect(
            try lines([begin(.string, isInPieces: true)])
                == #"{"key":"k","type":"string","ttl_ms":null,"value_base64":"","error":"broken off"}"# + "\n"
        )
    }
}
