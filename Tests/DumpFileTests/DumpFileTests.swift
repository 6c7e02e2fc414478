import DumpFile
import ScanCore
import Testing

@Suite("Dump files")
struct DumpFileTests {
    @Test(
        "what is written is read again, in whatever pieces it arrives",
        arguments: [1, 2, 13, 4096, 1 << 20]
    )
    func roundTrip(pieces: Int) throws {
        let records = SampleDump.records(3000)
        let items = try SampleDump.items(SampleDump.bytes(records, markAfter: 1000), by: pieces)
        #expect(SampleDump.records(of: items) == records)
        guard case .header(SampleDump.header) = items.first, case .trailer(let trailer) = items.last else {
            Issue.record("\(items.first as Any), \(items.last as Any)")
            return
        }
        #expect(trailer.counts.records == 3000)
        #expect(trailer.counts.payloadBytes == records.reduce(0) { $0 + UInt64($1.payload.count) })
        #expect(trailer.leftOut == 2 && trailer.uncovered.count == 3 && !trailer.isComplete)
        #expect(items.count == 3000 + 3)
    }

    @Test("a file without records is a dump, and a file without bytes is not")
    func empty() throws {
        #expect(try SampleDump.items(SampleDump.bytes([])).count == 2)
        #expect(throws: DumpFileError.truncated(at: 0)) { try SampleDump.items([]) }
    }

    @Test("a file that is cut off anywhere is truncated, and hands out only what is right before")
    func truncated() throws {
        let records = SampleDump.records(40)
        let bytes = try SampleDump.bytes(records, markAfter: 20)
        for length in 0..<bytes.count {
            var reader = DumpReader()
            reader.push(bytes[..<length])
            var found: [DumpRecord] = []
            while let item = try reader.next() { if case .record(let record) = item { found.append(record) } }
            #expect(records.starts(with: found))
            #expect(throws: DumpFileError.truncated(at: UInt64(length))) { try reader.finish() }
        }
    }

    @Test("a byte that is not as it was written is found, wherever it stands")
    func flipped() throws {
        let records = SampleDump.records(40)
        let bytes = try SampleDump.bytes(records, markAfter: 20)
        for place in bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] ^= mask
                var reader = DumpReader()
                reader.push(damaged)
                var found: [DumpRecord] = []
                #expect(throws: DumpFileError.self) {
                    while let item = try reader.next() {
                        if case .record(let record) = item { found.append(record) }
                    }
                    try reader.finish()
                }
                #expect(records.starts(with: found), "byte \(place)")
            }
        }
    }

    @Test("bytes that are missing, doubled or behind the end are found")
    func moved() throws {
        let bytes = try SampleDump.bytes(SampleDump.records(20), markAfter: 10)
        for start in stride(from: 0, to: bytes.count - 1, by: 5) {
            for count in [1, 16, 100] where start + count < bytes.count {
                var shorter = bytes
                shorter.removeSubrange(start..<start + count)
                #expect(throws: DumpFileError.self) { try SampleDump.items(shorter) }
                var longer = bytes
                longer.insert(contentsOf: bytes[start..<start + count], at: start)
                #expect(throws: DumpFileError.self) { try SampleDump.items(longer) }
            }
        }
        #expect(throws: DumpFileError.trailingBytes(at: UInt64(bytes.count))) {
            try SampleDump.items(bytes + [0])
        }
        #expect(throws: DumpFileError.trailingBytes(at: UInt64(bytes.count))) {
            try SampleDump.items(bytes + bytes)
        }
    }

    @Test("a block that was taken out or put elsewhere as a whole is found")
    func blocks() throws {
        // Each record is a block of its own.
        let records = (0..<4).map { index in
            DumpRecord(key: [index], payload: [UInt8](repeating: index, count: 300_000))
        }
        var ends: [Int] = []
        var bytes: [UInt8] = []
        var writer = DumpWriter()
        try writer.begin(SampleDump.header) { bytes += $0 }
        for record in records {
            ends.append(bytes.count)
            try writer.append(record) { bytes += $0 }
        }
        ends.append(bytes.count)
        try writer.finish { bytes += $0 }
        #expect(SampleDump.records(of: try SampleDump.items(bytes)) == records)

        let without = bytes[..<ends[1]] + bytes[ends[2]...]
        #expect(throws: DumpFileError.damaged(at: UInt64(ends[1]))) { try SampleDump.items(Array(without)) }
        let exchanged =
            bytes[..<ends[1]] + bytes[ends[2]..<ends[3]] + bytes[ends[1]..<ends[2]] + bytes[ends[3]...]
        #expect(throws: DumpFileError.damaged(at: UInt64(ends[1]))) { try SampleDump.items(Array(exchanged)) }
    }

    @Test("other files, and later versions, are told from dumps")
    func others() throws {
        for bytes in [Array("REDIS0010".utf8), [0x1F, 0x8B, 8, 0], [0x28, 0xB5, 0x2F, 0xFD], [0x89]] {
            let expected: DumpFileError = bytes == [0x89] ? .truncated(at: 1) : .notADump
            #expect(throws: expected) { try SampleDump.items(bytes) }
        }
        var later = try SampleDump.bytes([])
        later[11] = 2
        #expect(throws: DumpFileError.unsupportedVersion(2)) { try SampleDump.items(later) }
    }

    @Test("a record that is larger than the reader may hold is refused before it is held")
    func limit() throws {
        let record = DumpRecord(key: [1], payload: [UInt8](repeating: 0, count: 400_000))
        let bytes = try SampleDump.bytes([record])
        var reader = DumpReader(maximumBlockBytes: 300_000)
        reader.push(bytes[..<200])
        #expect(throws: DumpFileError.self) { while try reader.next() != nil {} }
    }

    @Test("a file that is cut off at a mark and carried on is the file that was never interrupted")
    func continued() throws {
        let records = SampleDump.records(500)
        let whole = try SampleDump.bytes(records, markAfter: 200)
        var reader = DumpReader()
        reader.push(whole)
        var marks: [DumpMark] = []
        while let item = try reader.next() { if case .mark(let mark) = item { marks.append(mark) } }
        let mark = try #require(marks.first)
        #expect(marks.count == 1 && mark.counts.records == 200)

        var bytes = Array(whole[..<Int(mark.offset)])
        var writer = DumpWriter(continuing: mark)
        for record in records[200...] { try writer.append(record) { bytes += $0 } }
        writer.leaveOut(1)
        try writer.finish(uncovered: SlotSet("5-7") ?? SlotSet()) { bytes += $0 }
        #expect(bytes == whole)
        #expect(writer.offset == UInt64(whole.count))
    }

    @Test("the checksum is the CRC-32 that everybody has")
    func checksum() throws {
        #expect(CRC32.checksum(of: Array("123456789".utf8)) == 0xCBF4_3926)
        let bytes = try SampleDump.bytes([])
        // The header's block: a head of 13 bytes, the body, and a checksum that covers that of the head.
        let length = Int(bytes[13])
        let body = bytes[25..<25 + length]
        let first = CRC32.checksum(of: bytes[..<12])
        let head = CRC32.checksum(of: withUnsafeBytes(of: first.littleEndian, Array.init) + bytes[12..<21])
        #expect(withUnsafeBytes(of: head.littleEndian, Array.init) == Array(bytes[21..<25]))
        let tail = CRC32.checksum(of: withUnsafeBytes(of: head.littleEndian, Array.init) + body)
        let written = Array(bytes[(25 + length)..<(29 + length)])
        #expect(withUnsafeBytes(of: tail.littleEndian, Array.init) == written)
    }
}
