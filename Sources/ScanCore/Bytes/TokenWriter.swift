/// Writes the binary form of a token: bytes, fixed-width big-endian numbers and varints.
package struct TokenWriter {
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

    package mutating func write(varint value: UInt64) {
        Varint.append(value, to: &bytes)
    }
}
