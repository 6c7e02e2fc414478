/// Reads a compact binary form. Every read is bounded by what is there.
package struct ByteReader<Failure: Error> {
    private var rest: ArraySlice<UInt8>
    private let failure: Failure

    /// - Parameters:
    ///   - bytes: What to read.
    ///   - failure: What is thrown where the bytes are not such a form.
    package init(_ bytes: ArraySlice<UInt8>, otherwise failure: Failure) {
        rest = bytes
        self.failure = failure
    }

    package var isAtEnd: Bool { rest.isEmpty }

    package mutating func readByte() throws(Failure) -> UInt8 {
        guard let byte = rest.popFirst() else { throw failure }
        return byte
    }

    package mutating func readFixed<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type
    ) throws(Failure) -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size {
            value = value << 8 | Value(try readByte())
        }
        return value
    }

    /// Reads a number in the form that ``ByteWriter/write(varint:)`` gives it, and in no longer one.
    package mutating func readVarint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || (shift == 63 && bits <= 1) else { throw failure }
            value |= bits << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw failure }
                return value
            }
            shift += 7
        }
    }

    /// Reads a varint that must lie below a bound, so that nothing is allocated for numbers that were not
    /// written.
    package mutating func readVarint(below bound: Int) throws(Failure) -> Int {
        guard let value = Int(exactly: try readVarint()), value < bound else { throw failure }
        return value
    }

    /// All that is left.
    package mutating func readRest() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
