import CHiredisSupport
package import NIOCore

/// A command in the form that goes over the wire. Encoded once, it can be sent any number of times.
package struct Command: Sendable {
    /// The array of bulk strings of RESP.
    package let encoded: ByteBuffer

    /// Encodes a command.
    ///
    /// - Parameter arguments: The name and the arguments; any bytes.
    package init(_ arguments: [[UInt8]]) {
        var encoder = Encoder(argumentCount: arguments.count)
        for argument in arguments { encoder.append(argument) }
        encoded = encoder.encoded()
    }

    /// Encodes a command whose arguments are text: `Command("CLUSTER", "NODES")`.
    ///
    /// - Parameter arguments: The name and the arguments.
    package init(_ arguments: String...) {
        var encoder = Encoder(argumentCount: arguments.count)
        for argument in arguments { encoder.append(argument.utf8) }
        encoded = encoder.encoded()
    }

    private init(_ encoder: Encoder) {
        encoded = encoder.encoded()
    }

    /// Encodes `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`.
    ///
    /// - Parameters:
    ///   - cursor: Where to go on; 0 starts.
    ///   - pattern: The glob that names must match.
    ///   - count: How much work the server should do in one call.
    ///   - type: The type that values must have.
    /// - Returns: The command.
    package static func scan(
        cursor: UInt64,
        match pattern: [UInt8]? = nil,
        count: Int? = nil,
        type: String? = nil
    ) -> Command {
        var encoder = Encoder(argumentCount: 8)
        encoder.append("SCAN".utf8)
        encoder.append(String(cursor).utf8)
        if let pattern {
            encoder.append("MATCH".utf8)
            encoder.append(pattern)
        }
        if let count {
            encoder.append("COUNT".utf8)
            encoder.append(String(count).utf8)
        }
        if let type {
            encoder.append("TYPE".utf8)
            encoder.append(type.utf8)
        }
        return Command(encoder)
    }
}

extension Command: CustomStringConvertible, CustomReflectable {
    /// Says only how long the command is: one kind of command carries a password.
    package var description: String { "Command(\(encoded.readableBytes) bytes)" }

    package var customMirror: Mirror { Mirror(self, children: ["bytes": encoded.readableBytes]) }
}

/// Lays arguments one after another, and lets hiredis format them.
private struct Encoder {
    private var bytes: [UInt8] = []
    private var lengths: [Int] = []

    init(argumentCount: Int) {
        bytes.reserveCapacity(argumentCount * 16)
        lengths.reserveCapacity(argumentCount)
    }

    mutating func append(_ argument: some Collection<UInt8>) {
        bytes.append(contentsOf: argument)
        lengths.append(argument.count)
    }

    func encoded() -> ByteBuffer {
        var command: UnsafeMutablePointer<CChar>?
        // The pointers lie within `bytes`, which neither moves nor goes during the call, and hiredis reads
        // each for its length only.
        let length = bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: lengths.count) { starts in
                var offset = 0
                for (index, length) in lengths.enumerated() {
                    let start = bytes.baseAddress?.advanced(by: offset)
                    starts.initializeElement(at: index, to: start?.assumingMemoryBound(to: CChar.self))
                    offset += length
                }
                return cscan_command_format(&command, CInt(lengths.count), starts.baseAddress, lengths)
            }
        }
        guard length >= 0, let command else { fatalError("out of memory") }
        defer { cscan_command_free(command) }
        return ByteBuffer(bytes: UnsafeRawBufferPointer(start: command, count: Int(length)))
    }
}
