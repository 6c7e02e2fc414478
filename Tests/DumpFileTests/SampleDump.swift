import DumpFile
import ScanCore

/// Records, and the files they become.
enum SampleDump {
    static let header = DumpHeader(
        created: 1_700_000_000_123,
        query: ScanQuery(pattern: "user:*", type: .hash, database: 3),
        source: "7.0.15"
    )

    /// Names and payloads of all lengths and any bytes, some with an expiry.
    static func records(_ count: Int) -> [DumpRecord] {
        (0..<count).map { (index: Int) -> DumpRecord in
            let name: [UInt8] = [0xFF, 0, UInt8(truncatingIfNeeded: index)] + Array("key \(index)".utf8)
            let expiry: Int64? = index.isMultiple(of: 3) ? 1_700_000_000_000 + Int64(index) : nil
            let payload: [UInt8] = (0..<(index * 7 % 300)).map { (position: Int) -> UInt8 in
                UInt8(truncatingIfNeeded: position &* 31 &+ index)
            }
            return DumpRecord(key: index == 0 ? [] : name, expiry: expiry, payload: payload)
        }
    }

    /// A file with a mark in the middle of its records.
    static func bytes(_ records: [DumpRecord], markAfter position: Int? = nil) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = DumpWriter()
        try writer.begin(header) { bytes += $0 }
        for (index, record) in records.enumerated() {
            if index == position {
                writer.leaveOut(1)
                try writer.mark(.start) { bytes += $0 }
            }
            try writer.append(record) { bytes += $0 }
        }
        writer.leaveOut(1)
        try writer.finish(uncovered: SlotSet("5-7") ?? SlotSet()) { bytes += $0 }
        return bytes
    }

    /// All items of a file that arrives in pieces.
    static func items(_ bytes: [UInt8], by count: Int = 1000) throws -> [DumpReader.Item] {
        var reader = DumpReader()
        var items: [DumpReader.Item] = []
        for start in stride(from: 0, to: bytes.count, by: count) {
            reader.push(bytes[start..<min(start + count, bytes.count)])
            while let item = try reader.next() { items.append(item) }
        }
        try reader.finish()
        return items
    }

    static func records(of items: [DumpReader.Item]) -> [DumpRecord] {
        items.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }
}
