package import NIOCore

/// A command in the form that goes over the wire. Encoded once, it can be sent any number of times.
package struct Command: Sendable {
    /// The array of bulk strings of RESP.
    package let encoded: ByteBuffer

    /// Encodes a command.
    ///
    /// - Parameter arguments: The name and the arguments; any bytes.
    package init(_ arguments: [[UInt8]]) {
        var encoder = WireEncoder(
            argumentCount: arguments.count,
            byteCount: arguments.reduce(0) { $0 + WireEncoder.size(ofBytes: $1.count) }
        )
        for argument in arguments { encoder.append(argument) }
        encoded = encoder.wire
    }

    /// Encodes a command whose arguments are text: `Command("CLUSTER", "NODES")`.
    ///
    /// - Parameter arguments: The name and the arguments.
    package init(_ arguments: String...) {
        self.init(arguments.map { Array($0.utf8) })
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
        var encoder = WireEncoder(capacity: 128)
        encoder.beginCommand(
            argumentCount: 2 + (pattern == nil ? 0 : 2) + (count == nil ? 0 : 2) + (type == nil ? 0 : 2)
        )
        encoder.append("SCAN" as StaticString)
        encoder.append(number: cursor)
        if let pattern {
            encoder.append("MATCH" as StaticString)
            encoder.append(pattern)
        }
        if let count {
            encoder.append("COUNT" as StaticString)
            encoder.append(number: UInt64(max(0, count)))
        }
        if let type {
            encoder.append("TYPE" as StaticString)
            encoder.append(type)
        }
        return Command(encoder.wire)
    }

    private init(_ encoded: ByteBuffer) {
        self.encoded = encoded
    }
}

extension Command {
    /// The `SCAN` call for one page of a query.
    init(page cursor: UInt64, count: Int, of query: ScanQuery) {
        self = .scan(
            cursor: cursor,
            match: query.pattern?.bytes,
            count: count,
            type: query.type?.rawValue
        )
    }
}

extension Command: CustomStringConvertible, CustomReflectable {
    /// Says only how long the command is: one kind of command carries a password.
    package var description: String { "Command(\(encoded.readableBytes) bytes)" }

    package var customMirror: Mirror { Mirror(self, children: ["bytes": encoded.readableBytes]) }
}

/// Commands that go out in one write.
struct Pipeline {
    /// The commands, one after the other.
    private(set) var encoded: ByteBuffer
    /// How many there are.
    let count: Int

    init(_ commands: [Command]) {
        count = commands.count
        guard let first = commands.first else {
            encoded = ByteBuffer()
            return
        }
        encoded = first.encoded
        encoded.reserveCapacity(commands.reduce(0) { $0 + $1.encoded.readableBytes })
        for command in commands.dropFirst() { encoded.writeImmutableBuffer(command.encoded) }
    }

    /// The calls of a burst, in the order in which their replies are read.
    init(_ reads: SlotBurst) {
        count = reads.snapshots.count + reads.counts.count
        var encoder = WireEncoder(capacity: 68 * reads.snapshots.count + 58 * reads.counts.count)
        for snapshot in reads.snapshots {
            encoder.beginCommand(argumentCount: 4)
            encoder.append("CLUSTER" as StaticString)
            encoder.append("GETKEYSINSLOT" as StaticString)
            encoder.append(number: UInt64(snapshot.slot.rawValue))
            encoder.append(number: UInt64(max(0, snapshot.limit)))
        }
        for slot in reads.counts {
            encoder.beginCommand(argumentCount: 3)
            encoder.append("CLUSTER" as StaticString)
            encoder.append("COUNTKEYSINSLOT" as StaticString)
            encoder.append(number: UInt64(slot.rawValue))
        }
        encoded = encoder.wire
    }
}
