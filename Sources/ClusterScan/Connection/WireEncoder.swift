import NIOCore

/// Writes commands as arrays of bulk strings straight into the buffer they are sent from: each argument is
/// copied once.
///
/// The formatter of hiredis gives memory of its own for every command, from which it is copied again: with
/// millions of small commands, or one of 100 MB, that is what would take the time.
struct WireEncoder {
    private(set) var wire: ByteBuffer

    /// Makes room for commands.
    ///
    /// - Parameter capacity: What they take, in bytes, as far as known.
    init(capacity: Int = 0) {
        wire = ByteBufferAllocator().buffer(capacity: capacity)
    }

    /// Makes room for one command and begins it.
    ///
    /// - Parameters:
    ///   - argumentCount: The number of arguments that follow, the name included.
    ///   - byteCount: The sum of ``size(ofBytes:)`` over them.
    init(argumentCount: Int, byteCount: Int) {
        self.init(capacity: 1 + Self.digitCount(argumentCount) + 2 + byteCount)
        beginCommand(argumentCount: argumentCount)
    }

    /// What an argument takes on the wire, in bytes.
    static func size(ofBytes count: Int) -> Int {
        1 + digitCount(count) + 2 + count + 2
    }

    /// Begins a command; its arguments follow.
    mutating func beginCommand(argumentCount: Int) {
        writeNumber(argumentCount, after: UInt8(ascii: "*"))
    }

    mutating func append(_ argument: UnsafeRawBufferPointer) {
        writeNumber(argument.count, after: UInt8(ascii: "$"))
        wire.writeBytes(argument)
        wire.writeInteger(Self.lineEnd)
    }

    mutating func append(_ argument: [UInt8]) {
        argument.withUnsafeBytes { append($0) }
    }

    mutating func append(_ argument: StaticString) {
        append(UnsafeRawBufferPointer(start: argument.utf8Start, count: argument.utf8CodeUnitCount))
    }

    mutating func append(_ argument: String) {
        var argument = argument
        argument.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(number: UInt64) {
        writeNumber(Self.digitCount(number), after: UInt8(ascii: "$"))
        writeNumber(number, after: nil)
    }

    private static let lineEnd: UInt16 = 0x0d0a

    private static func digitCount(_ number: some BinaryInteger) -> Int {
        var (count, rest) = (1, number / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        return count
    }

    /// Writes a line: the type, if any, and the digits.
    private mutating func writeNumber(_ number: some BinaryInteger, after type: UInt8?) {
        let digits = Self.digitCount(number)
        wire.writeWithUnsafeMutableBytes(minimumWritableBytes: digits + 3) { bytes in
            var start = 0
            if let type {
                bytes[0] = type
                start = 1
            }
            var rest = number
            for position in stride(from: start + digits - 1, through: start, by: -1) {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                bytes[position] = UInt8(ascii: "0") + UInt8(digit)
                rest = quotient
            }
            bytes[start + digits] = 0x0d
            bytes[start + digits + 1] = 0x0a
            return start + digits + 2
        }
    }
}
