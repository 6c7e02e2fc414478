import NIOCore

/// One command on one key, ready to be sent to whichever node serves the key's slot.
///
/// ```swift
/// let commands = batch.keys.map { KeyCommand("MEMORY USAGE", key: $0.bytes, isRepeatable: true) }
/// let replies = try await scanner.send(commands, preferring: batch.node)
/// ```
public struct KeyCommand: Sendable {
    /// The slot of the key, which decides where the command goes.
    public let slot: HashSlot

    /// Whether the command may be run twice: reads may, and writes whose second run changes nothing, such as
    /// `UNLINK`, `PEXPIREAT` and `RESTORE … REPLACE`. It is then sent again when its connection is lost
    /// before the reply.
    public let isRepeatable: Bool

    /// The command as it goes over the wire. A large one is sent as it lies here, however often.
    let wire: ByteBuffer

    /// How many replies the server gives to it. The last one counts.
    private(set) var replyCount = 1

    /// What the command takes on the wire.
    var byteCount: Int { wire.readableBytes }

    /// Makes a command from its arguments.
    ///
    /// - Parameters:
    ///   - arguments: The name and the arguments, any bytes.
    ///   - index: The position of the key among them, 1 or more.
    ///   - isRepeatable: Whether the command may be run twice.
    /// - Precondition: There is an argument at that position.
    public init(_ arguments: [[UInt8]], keyAt index: Int, isRepeatable: Bool) {
        precondition(index > 0 && index < arguments.count, "the key is one of the arguments")
        slot = HashSlot(key: arguments[index])
        self.isRepeatable = isRepeatable
        wire = Command(arguments).encoded
    }

    /// Several commands that make up one.
    init(_ wire: ByteBuffer, slot: HashSlot, isRepeatable: Bool, replyCount: Int) {
        self.slot = slot
        self.isRepeatable = isRepeatable
        self.wire = wire
        self.replyCount = replyCount
    }

    /// Another command on the same key.
    init(_ command: Command, like other: KeyCommand) {
        slot = other.slot
        isRepeatable = other.isRepeatable
        wire = command.encoded
    }

    /// Makes a command whose key follows its name, as it does in most.
    ///
    /// - Parameters:
    ///   - name: The name, with its subcommand if it has one: `TTL`, `MEMORY USAGE`.
    ///   - key: The name of the key, any bytes.
    ///   - arguments: What follows the key, any bytes.
    ///   - isRepeatable: Whether the command may be run twice.
    /// - Complexity: O(*n*) in the number of bytes, which are copied once.
    public init(
        _ name: String,
        key: some Collection<UInt8>,
        _ arguments: [[UInt8]] = [],
        isRepeatable: Bool
    ) {
        self.isRepeatable = isRepeatable
        var name = name
        (slot, wire) = name.withUTF8 { name in
            let words = name.split(separator: UInt8(ascii: " "))
            var encoder = WireEncoder(
                argumentCount: words.count + 1 + arguments.count,
                byteCount: words.reduce(0) { $0 + WireEncoder.size(ofBytes: $1.count) }
                    + WireEncoder.size(ofBytes: key.count)
                    + arguments.reduce(0) { $0 + WireEncoder.size(ofBytes: $1.count) }
            )
            for word in words { encoder.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: word))) }
            let slot: HashSlot? = key.withContiguousStorageIfAvailable { key in
                encoder.append(UnsafeRawBufferPointer(key))
                return HashSlot(key: UnsafeRawBufferPointer(key))
            }
            if slot == nil { encoder.append(Array(key)) }
            for argument in arguments { encoder.append(argument) }
            return (slot ?? HashSlot(key: key), encoder.wire)
        }
    }
}

extension KeyCommand: CustomStringConvertible, CustomReflectable {
    /// The slot and the size only: values do not belong into logs.
    public var description: String { "KeyCommand(slot \(slot), \(wire.readableBytes) bytes)" }

    /// Only what ``description`` says.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
