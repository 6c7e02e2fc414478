package import NIOCore

/// Commands that go to one node in one write, and how many of them were answered.
package struct CommandBurst: Sendable {
    /// One attempt at a command.
    package struct Entry: Hashable, Sendable {
        package enum Route: Hashable, Sendable {
            /// To the owner of the slot, whoever that is by then.
            case owner
            /// To a node that was named: by the caller, or in a redirection of a slot that is not the key's.
            case named
            /// To the node that a slot is on its way to, with `ASKING` before it.
            case asking
        }

        /// The position of the command in the call.
        package let command: Int
        package let route: Route
        /// How many replies the node gives, that to `ASKING` included.
        var replyCount = 1

        /// Whether the command is one on the wire as well.
        var isSingle: Bool { replyCount == (route == .asking ? 2 : 1) }

        init(command: Int, route: Route) {
            self.command = command
            self.route = route
        }
    }

    /// The number of the lane that the router keeps for the node.
    package let lane: Int
    package let address: NodeAddress
    package private(set) var unanswered: ArraySlice<Entry>
    /// How many replies to the first of them have come.
    private var answers = 0

    init(lane: Int, address: NodeAddress, entries: [Entry]) {
        self.lane = lane
        self.address = address
        unanswered = entries[...]
    }

    /// How many replies the node will give.
    package var replyCount: Int { unanswered.reduce(0) { $0 + $1.replyCount } }

    /// Takes note of a reply.
    ///
    /// - Returns: The command it answers; `nil` if more replies to it will come, as after `ASKING`.
    package mutating func answer() -> Entry? {
        guard let entry = unanswered.first else { return nil }
        answers += 1
        guard answers == entry.replyCount else { return nil }
        answers = 0
        unanswered.removeFirst()
        return entry
    }

    /// The names of the commands in the order of their replies, as far as equal ones follow each other.
    func names(of commands: [KeyCommand]) -> [(name: CommandName, count: Int)] {
        var names: [(name: CommandName, count: Int)] = []
        func add(_ name: CommandName, _ count: Int = 1) {
            if names.last?.name == name {
                names[names.count - 1].count += count
            } else {
                names.append((name, count))
            }
        }
        for entry in unanswered {
            let command = commands[entry.command]
            if entry.route == .asking { add(.asking) }
            if command.replyCount == 1 {
                add(CommandName(wire: command.wire))
            } else {
                for (name, count) in CommandName.names(in: command.wire) { add(name, count) }
            }
        }
        return names
    }

    // MARK: On the wire

    private static let asking = Command("ASKING").encoded
    /// From this size on, copying a command costs more than a piece of its own.
    private static let largestCopied = 64 << 10

    /// The bytes to send: small commands side by side in one buffer, large ones as they are.
    package func wire(of commands: [KeyCommand]) -> [ByteBuffer] {
        var pieces: [ByteBuffer] = []
        var piece = ByteBufferAllocator().buffer(
            capacity: unanswered.reduce(0) { sum, entry in
                let size = commands[entry.command].wire.readableBytes
                return sum + (size < Self.largestCopied ? size : 0)
            }
        )
        for entry in unanswered {
            if entry.route == .asking { piece.writeImmutableBuffer(Self.asking) }
            let wire = commands[entry.command].wire
            if wire.readableBytes < Self.largestCopied {
                piece.writeImmutableBuffer(wire)
            } else {
                if piece.readableBytes > 0 { pieces.append(piece) }
                pieces.append(wire)
                piece = ByteBuffer()
            }
        }
        if piece.readableBytes > 0 { pieces.append(piece) }
        return pieces
    }
}
