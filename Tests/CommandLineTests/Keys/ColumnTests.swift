import ClusterScan
import ClusterScanOperations
import Foundation
import Testing
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Columns")
struct ColumnTests {
    private let fields: [KeyField] = [.type, .ttl, .memory, .encoding, .idle, .freq, .length, .slot, .node]

    private func written(
        _ names: [[UInt8]],
        _ metadata: [KeyMetadata],
        _ fields: [KeyField],
        _ format: KeyFormat
    ) throws -> String {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var writer = KeyWriter(BlockWriter(file), format: format, fields: fields)
        try writer.writeHeader()
        try writer.write(KeyBatch(names), metadata)
        try writer.flush()
        return String(decoding: try file.readSome(Int(file.size()), at: 0), as: UTF8.self)
    }

    /// Two keys as servers describe them: one that lives, one that is gone.
    private func metadata(_ names: [[UInt8]], _ type: String = "hash") throws -> [KeyMetadata] {
        let node = ClusterNode(id: .standalone, address: NodeAddress(host: "::1", port: 7000))
        var inquiry = MetadataInquiry([KeyBatch(names)], from: [node], fields: Set(fields))
        _ = inquiry.firstCommands()
        let alive: [KeyReply] = [
            .value(.bulkString(Array(type.utf8))), .value(.integer(1500)), .value(.integer(72)),
            .value(.bulkString(Array("listpack".utf8))), .value(.integer(9)),
            .error(ServerError(message: "ERR An LFU maxmemory policy is not selected")),
        ]
        let gone: [KeyReply] = [
            .value(.bulkString(Array("none".utf8))), .value(.integer(-2)), .value(.null), .value(.null),
            .value(.null), .value(.null),
        ]
        try inquiry.take(alive + gone)
        _ = inquiry.lengthCommands()
        try inquiry.take(type == "hash" ? [.value(.integer(3))] : [])
        inquiry.finish()
        return inquiry.answer.keys
    }

    private let names = [Array("a\tb\\".utf8), Array("c".utf8)]

    @Test("text has columns behind tabs, tsv a header above them")
    func tabs() throws {
        let lines = """
            a\\tb\\\\\thash\t1500\t72\tlistpack\t9\t\t3\t\(HashSlot(key: "a\tb\\"))\t[::1]:7000
            c\t\t\t\t\t\t\t\t\(HashSlot(key: "c"))\t[::1]:7000

            """
        #expect(try written(names, metadata(names), fields, .text) == lines)
        #expect(
            try written(names, metadata(names), fields, .tsv)
                == "key\ttype\tttl\tmemory\tencoding\tidle\tfreq\tlength\tslot\tnode\n" + lines
        )
    }

    @Test("columns stand in the order in which they were asked for")
    func order() throws {
        #expect(
            try written(names, metadata(names), [.ttl, .type], .text) == "a\\tb\\\\\t1500\thash\nc\t\t\n"
        )
    }

    @Test("csv is RFC 4180, with what a server says quoted as names are")
    func csv() throws {
        let names = [Array("a,\"b\"\n".utf8), []]
        let metadata = try metadata(names, "x,\"y\n")
        #expect(
            try written(names, metadata, [.type, .ttl], .csv)
                == "key,type,ttl\r\n\"a,\"\"b\"\"\\n\",\"x,\"\"y\\n\",1500\r\n\"\",,\r\n"
        )
        #expect(try written([[]], [metadata[0]], [], .csv) == "key\r\n\"\"\r\n")
    }

    @Test("json has numbers as numbers, null for what is not known, and says of a key that it is gone")
    func json() throws {
        let lines = try written(names, metadata(names), fields, .json).split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(lines.count == 2)
        #expect(lines[0]["key"] as? String == "a\tb\\")
        #expect(lines[0]["ttl"] as? Int == 1500)
        #expect(lines[0]["freq"] is NSNull)
        #expect(lines[0]["node"] as? String == "[::1]:7000")
        #expect(lines[0]["gone"] == nil)
        #expect(lines[1]["type"] is NSNull)
        #expect(lines[1]["gone"] as? Bool == true)
        #expect(lines[1]["slot"] as? Int == Int(HashSlot(key: "c").rawValue))
    }

    @Test(
        "names come back from every format, with and without columns, whatever their bytes",
        arguments: KeyFormat.allCases,
        [false, true]
    )
    func readBack(format: KeyFormat, hasColumns: Bool) throws {
        guard format != .nul || !hasColumns else { return }
        let names = (awkwardNames + randomNames(count: 3000, seed: 8)).filter {
            format != .nul || !$0.contains(0)
        }
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        var writer = KeyWriter(
            BlockWriter(file, capacity: 64),
            format: format,
            fields: hasColumns ? [.type, .slot] : [],
            escapesDeceptive: true
        )
        try writer.writeHeader()
        if hasColumns {
            let unknown = [KeyMetadata](repeating: KeyMetadata(), count: names.count)
            try writer.write(KeyBatch(names), unknown)
        } else {
            try writer.write(KeyBatch(names))
        }
        try writer.flush()
        var read: [[UInt8]] = []
        try WrittenNames(format).read(file, upTo: file.size()) { read.append([UInt8]($0)) }
        #expect(read == names)
    }

    @Test("every name in csv is one record with one field, to a reader that knows RFC 4180 alone")
    func strictCSV() throws {
        let names = awkwardNames + randomNames(count: 2000, seed: 9)
        let text = try written(names, [KeyMetadata](repeating: KeyMetadata(), count: names.count), [], .csv)
        var records: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && bytes.first == byte:
                field.append(byte)
                bytes.removeFirst()
            case UInt8(ascii: "\""):
                isQuoted.toggle()
            case UInt8(ascii: "\r") where !isQuoted:
                #expect(bytes.popFirst() == UInt8(ascii: "\n"))
                records.append(field)
                field = []
            default:
                #expect(isQuoted || byte != UInt8(ascii: ","))
                #expect(byte >= 0x20)
                field.append(byte)
            }
        }
        #expect(records.dropFirst().map { EscapedText.decode($0) } == names)
    }

    @Test("why a column stays empty is told with what to do")
    func refusals() {
        let lfu = ServerError(message: "ERR An LFU maxmemory policy is not selected")
        #expect(RefusedField.words(.freq, lfu).contains("allkeys-lfu"))
        #expect(RefusedField.words(.idle, lfu).contains("--with freq"))
        let denied = ServerError(message: "NOPERM this user has no permissions to run the 'memory' command")
        #expect(RefusedField.words(.memory, denied).contains("'memory' command"))
    }
}
