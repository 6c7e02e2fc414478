/// Reads the binary form of a token. Every read is bounded by what is there.
struct TokenReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func readByte() throws(ScanCursorError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .malformed }
        return byte
    }

    mutating func readFixed<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type
    ) throws(ScanCursorError) -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size {
            value = value << 8 | Value(try readByte())
        }
        return value
    }

    mutating func readVarint() throws(ScanCursorError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            let bits = UInt64(byte & 0x7F)
            // The tenth byte may hold one bit only, and no number ends in a needless zero byte.
            guard shift < 64, shift < 63 || bits <= 1, shift == 0 || byte != 0 else { throw .malformed }
            value |= bits << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// Reads a varint that must lie below a bound, so that nothing is allocated for numbers nobody wrote.
    mutating func readVarint(below bound: Int) throws(ScanCursorError) -> Int {
        guard let value = Int(exactly: try readVarint()), value < bound else { throw .malformed }
        return value
    }
}
