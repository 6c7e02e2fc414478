import NIOCore

/// Writes a command as an array of bulk strings straight into the buffer it is sent from.
///
/// The formatter of hiredis gives memory of its own for every command, from which it is copied again: with
/// millions of small commands, or one of 100 MB, that is what would take the time.
struct WireEncoder {
    private(set) var wire: ByteBuffer

    /// Makes room for a command.
    ///
    /// - Parameters:
    ///   - argumentCount: The number of arguments that follow, the name included.
    ///   - byteCount: The sum of ``size(ofBytes:)`` over them.
    init(argumentCount: Int, byteCount: Int) {
        wire = ByteBufferAllocator().buffer(
            capacity: 1 + Self.digitCount(argumentCount) + 2 + byteCount
        )
        writeHeader(UInt8(ascii: "*"), argumentCount)
    }

    /// What an argument takes on the wire, in bytes.
    static func size(ofBytes count: Int) -> Int {
        1 + digitCount(count) + 2 + count + 2
    }

    mutating func append(_ argument: UnsafeRawBufferPointer) {
        writeHeader(UInt8(ascii: "$"), argument.count)
        wire.writeBytes(argument)
        wire.writeInteger(Self.lineEnd)
    }

    private static let lineEnd: UInt16 = 0x0d0a

    private static func digitCount(_ number: Int) -> Int {
        var (count, rest) = (1, number / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        return count
    }

    private mutating func writeHeader(_ type: UInt8, _ number: Int) {
        let digits = Self.digitCount(number)
        wire.writeWithUnsafeMutableBytes(minimumWritableBytes: digits + 3) { bytes in
            bytes[0] = type
            var rest = number
            for position in stride(from: digits, to: 0, by: -1) {
                bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            bytes[digits + 1] = 0x0d
            bytes[digits + 2] = 0x0a
            return digits + 3
        }
    }
}
