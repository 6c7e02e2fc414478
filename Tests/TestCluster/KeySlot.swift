/// Which hash slot a key belongs to, written from the cluster specification a second time: the loader must
/// not share a mistake with the code under test. Servers check it, as they answer MOVED to a wrong choice.
package enum KeySlot {
    package static let count = 16_384

    package static func of(_ key: [UInt8]) -> Int {
        key.withUnsafeBufferPointer { bytes in
            var hashed = 0..<bytes.count
            if let open = bytes.firstIndex(of: UInt8(ascii: "{")),
                let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
            {
                hashed = open + 1..<close
            }
            return Int(crc16(bytes, hashed)) % count
        }
    }

    /// CRC-16/XMODEM: polynomial 0x1021, most significant bit first, nothing reflected, start at zero.
    private static func crc16(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UInt16 {
        table.withUnsafeBufferPointer { table in
            var crc: UInt16 = 0
            var index = range.lowerBound
            while index < range.upperBound {
                crc = crc &<< 8 ^ table[Int(UInt8(truncatingIfNeeded: crc &>> 8) ^ bytes[index])]
                index &+= 1
            }
            return crc
        }
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        var crc = UInt16(byte) << 8
        for _ in 0..<8 {
            crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021
        }
        return crc
    }
}
