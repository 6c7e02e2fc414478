import CHiredisSupport

/// A complete reply of a server in flat memory: all its bytes in one buffer, all its values in another.
package struct FlatReply: Sendable {
    private let arena: ByteArena
    private let nodes: ReplyNodes
    /// The memory the reply takes.
    package let byteCount: Int

    /// Takes over the buffers of a reply.
    init?(adopting reply: cscan_reply) {
        guard let nodes = reply.nodes else { return nil }
        self.nodes = ReplyNodes(adopting: UnsafeMutableBufferPointer(start: nodes, count: reply.node_count))
        byteCount = reply.byte_count + reply.node_count * MemoryLayout<cscan_node>.size
        arena = reply.bytes.map(ByteArena.init(adopting:)) ?? .empty
    }

    /// The reply as a tree.
    package var value: RESPValue {
        nodes.withNodes { nodes in
            var index = 0
            return value(at: &index, of: nodes)
        }
    }

    /// The error, if the reply is one.
    package var error: ServerError? {
        nodes.withNodes { nodes in
            nodes[0].type == CSCAN_NODE_ERROR.rawValue ? ServerError(message: text(of: nodes[0])) : nil
        }
    }

    /// Reads the reply to `SCAN`.
    package func scanPage() throws(ReplyError) -> (cursor: UInt64, keys: KeyBatch) {
        try refuseError()
        return try nodes.withNodes { (nodes) throws(ReplyError) in
            guard nodes.count >= 3, nodes[0].type == CSCAN_NODE_ARRAY.rawValue, nodes[0].length == 2 else {
                throw .unexpected("not a page of SCAN")
            }
            guard nodes[1].isString, let cursor = withBytes(of: nodes[1], UInt64.init(serverCursor:)) else {
                throw .unexpected("the cursor is not an unsigned 64-bit decimal number")
            }
            return (cursor, try batch(from: 2, of: nodes))
        }
    }

    /// Reads the joined replies to a burst: arrays of keys, then numbers.
    package func slotBurstReply(snapshots: Int, counts sizes: Int) throws(ReplyError) -> SlotBurstReply {
        try nodes.withNodes { (nodes) throws(ReplyError) in
            var failure: ReplyError?
            var lengths: [Int] = []
            lengths.reserveCapacity(snapshots)
            var counts: [Int] = []
            counts.reserveCapacity(sizes)
            var byteCount = 0
            var index = 0
            let spans = ContiguousArray<KeySpan>(unsafeUninitializedCapacity: nodes.count) { spans, count in
                for _ in 0..<snapshots {
                    guard index < nodes.count else { break }
                    let array = nodes[index]
                    let elements = nodes[(index + 1)...].prefix(Int(array.length))
                    guard array.type == CSCAN_NODE_ARRAY.rawValue, elements.allSatisfy(\.isString) else {
                        failure = refusal(of: array, "not a flat array of keys")
                        return
                    }
                    for node in elements {
                        // Fewer spans than nodes, as the arrays have nodes as well.
                        spans.initializeElement(at: count, to: node.span)
                        byteCount += Int(node.length)
                        count += 1
                    }
                    lengths.append(elements.count)
                    index += 1 + elements.count
                }
            }
            if let failure { throw failure }
            for node in nodes[min(index, nodes.count)...] {
                guard node.type == CSCAN_NODE_INTEGER.rawValue else {
                    throw refusal(of: node, "not an integer")
                }
                guard node.value >= 0 else { throw .unexpected("a negative number of keys") }
                counts.append(Int(node.value))
            }
            guard lengths.count == snapshots, counts.count == sizes else {
                throw .unexpected("replies are missing")
            }
            let keys = KeyBatch(arena: arena, spans: spans, byteCount: byteCount)
            return SlotBurstReply(keys: keys, lengths: lengths, counts: counts)
        }
    }

    /// Reads the joined replies to a burst, if they are what was asked for.
    package func slotBurstReply(_ reads: SlotBurst) throws(ReplyError) -> SlotBurstReply {
        let readings = try slotBurstReply(snapshots: reads.snapshots.count, counts: reads.counts.count)
        try readings.verify(against: reads.snapshots)
        return readings
    }

    /// Goes through the joined replies to a burst, each a flat array or a single value.
    ///
    /// - Parameter body: Gets the error, if the reply is one.
    /// - Complexity: O(*n*) in the number of replies.
    package func forEachJoinedReply(_ body: (ServerError?) -> Void) {
        nodes.withNodes { nodes in
            var index = 0
            while index < nodes.count {
                let node = nodes[index]
                body(
                    node.type == CSCAN_NODE_ERROR.rawValue ? ServerError(message: text(of: node)) : nil
                )
                index += node.type == CSCAN_NODE_ARRAY.rawValue ? 1 + Int(node.length) : 1
            }
        }
    }

    private func refusal(of node: cscan_node, _ reason: String) -> ReplyError {
        guard node.type == CSCAN_NODE_ERROR.rawValue else { return .unexpected(reason) }
        return .server(ServerError(message: text(of: node)))
    }

    private func refuseError() throws(ReplyError) {
        if let error { throw .server(error) }
    }

    /// The array at `index`, which must end the reply and hold nothing but strings.
    private func batch(
        from index: Int,
        of nodes: UnsafeBufferPointer<cscan_node>
    ) throws(ReplyError) -> KeyBatch {
        let elements = nodes[(index + 1)...]
        guard nodes[index].type == CSCAN_NODE_ARRAY.rawValue, nodes[index].length == elements.count else {
            throw .unexpected("not a flat array of keys")
        }
        var onlyStrings = true
        var byteCount = 0
        let spans = ContiguousArray<KeySpan>(unsafeUninitializedCapacity: elements.count) { spans, count in
            for node in elements {
                onlyStrings = onlyStrings && node.isString
                spans.initializeElement(at: count, to: node.span)
                byteCount += Int(node.length)
                count += 1
            }
        }
        guard onlyStrings else { throw .unexpected("a key is not a string") }
        return KeyBatch(arena: arena, spans: spans, byteCount: byteCount)
    }

    /// Recursion is bounded by the parser, which refuses replies nested more than eight deep.
    private func value(at index: inout Int, of nodes: UnsafeBufferPointer<cscan_node>) -> RESPValue {
        let node = nodes[index]
        index += 1
        switch cscan_node_type(node.type) {
        case CSCAN_NODE_SIMPLE_STRING: return .simpleString(withBytes(of: node) { [UInt8]($0) })
        case CSCAN_NODE_BULK_STRING: return .bulkString(withBytes(of: node) { [UInt8]($0) })
        case CSCAN_NODE_ERROR: return .error(ServerError(message: text(of: node)))
        case CSCAN_NODE_INTEGER: return .integer(node.value)
        case CSCAN_NODE_ARRAY: return .array((0..<node.length).map { _ in value(at: &index, of: nodes) })
        default: return .null
        }
    }

    private func text(of node: cscan_node) -> String {
        withBytes(of: node) { String(decoding: $0, as: UTF8.self) }
    }

    private func withBytes<Result>(
        of node: cscan_node,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        // The parser made offset and length of a string from bytes in this arena, which outlives the call.
        withExtendedLifetime(arena) {
            body(UnsafeRawBufferPointer(start: arena.base + Int(node.value), count: Int(node.length)))
        }
    }
}

extension cscan_node {
    fileprivate var isString: Bool { type <= CSCAN_NODE_BULK_STRING.rawValue }

    /// Where a string lies. Only strings use the field for an offset, which is below 2 GiB.
    fileprivate var span: KeySpan {
        KeySpan(offset: UInt32(truncatingIfNeeded: value), length: length)
    }
}

extension UInt64 {
    /// Reads a number as servers write it: without a leading zero.
    fileprivate init?(serverCursor digits: UnsafeRawBufferPointer) {
        guard digits.first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        self.init(decimalDigits: digits)
    }
}
