/// The CRC-32 of IEEE 802.3, as ``CRC32``, eight bytes at a time: dumps are gigabytes, cursors are not.
///
/// The tables are those of "slicing by 8" (Kounavis and Berry, 2005).
struct BlockChecksum {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~state }

    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var entry = UInt32(byte)
            for _ in 0..<8 {
                entry = entry & 1 == 1 ? entry >> 1 ^ 0xEDB8_8320 : entry >> 1
            }
            tables[byte] = entry
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        BlockChecksum.tables.withUnsafeBufferPointer { tables in
            var state = state
            var position = 0
            func entry(_ table: Int, _ byte: UInt64) -> UInt32 {
                tables[table &* 256 &+ Int(truncatingIfNeeded: byte & 0xFF)]
            }
            while position &+ 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
                let mixed = word ^ UInt64(state)
                state =
                    entry(7, mixed) ^ entry(6, mixed >> 8) ^ entry(5, mixed >> 16) ^ entry(4, mixed >> 24)
                state ^=
                    entry(3, mixed >> 32) ^ entry(2, mixed >> 40) ^ entry(1, mixed >> 48)
                    ^ entry(0, mixed >> 56)
                position &+= 8
            }
            while position < bytes.count {
                state = state >> 8 ^ entry(0, UInt64(state) ^ UInt64(bytes[position]))
                position &+= 1
            }
            self.state = state
        }
    }

    mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    mutating func update(_ number: UInt32) {
        withUnsafeBytes(of: number.littleEndian) { update($0) }
    }
}
