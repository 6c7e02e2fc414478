/// Unsigned numbers in as few bytes as they need: seven bits a byte, the lowest first, the high bit set on
/// all bytes but the last (LEB128).
package enum Varint {
    /// Appends a number, in 1...10 bytes.
    ///
    /// - Parameters:
    ///   - value: the number.
    ///   - bytes: what it is appended to.
    package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Reads a number and moves past it.
    ///
    /// - Parameter bytes: what to read from; after an error, of no use.
    /// - Returns: the number.
    /// - Throws: if the bytes end within the number, if it has more than 64 bits, or if it is written longer
    ///   than needed: each number has one form only.
    package static func read(from bytes: inout ArraySlice<UInt8>) throws(CompactCodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            let bits = UInt64(byte & 0x7f)
            if shift > 63 || (shift == 63 && bits > 1) { throw .outOfRange }
            value |= bits << shift
            if byte & 0x80 == 0 {
                if byte == 0, shift > 0 { throw .notCanonical }
                return value
            }
            shift += 7
        }
        throw .truncated
    }
}

/// What can be wrong with bytes that should be the compact form of a value.
package enum CompactCodingError: Error {
    /// The bytes end before the value does.
    case truncated
    /// A number is larger than it can be.
    case outOfRange
    /// The value has another form, the only one that is written for it.
    case notCanonical
}
