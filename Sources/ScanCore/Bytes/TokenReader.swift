/// Reads the binary form of a token. Every read is bounded by what is there.
package struct TokenReader {
    private var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    package var isAtEnd: Bool { rest.isEmpty }

    package mutating func readByte() throws(ScanCursorError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .malformed }
        return byte
    }

    package mutating func readFixed<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type
    ) throws(ScanCursorError) -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size {
            value = value << 8 | Value(try readByte())
        }
        return value
    }

    package mutating func readVarint() throws(ScanCursorError) -> UInt64 {
        do {
            return try Varint.read(from: &rest)
        } catch {
            throw .malformed
        }
    }

    /// Reads a varint that must lie below a bound, so that nothing is allocated for numbers nobody wrote.
    package mutating func readVarint(below bound: Int) throws(ScanCursorError) -> Int {
        guard let value = Int(exactly: try readVarint()), value < bound else { throw .malformed }
        return value
    }

    /// Whatever is left.
    package mutating func readRest() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
