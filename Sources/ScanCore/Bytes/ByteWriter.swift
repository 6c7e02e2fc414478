/// Writes a compact binary form: bytes, fixed-width big-endian numbers and varints.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ byte: UInt8) {
        bytes.append(byte)
    }

    package mutating func write(contentsOf other: [UInt8]) {
        bytes.append(contentsOf: other)
    }

    package mutating func write(fixed value: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// A number in as few bytes as it needs, 1 to 10: seven bits a byte, the lowest first, the high bit set
    /// on all bytes but the last (LEB128).
    package mutating func write(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
