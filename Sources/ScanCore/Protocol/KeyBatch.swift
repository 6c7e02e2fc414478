/// Names of keys, as a server sent them: one piece of memory for all of them, not one for each.
///
/// A batch is a random-access collection of ``Key``. Loops over many keys are fastest with
/// ``forEachKey(_:)``, which does not count references for every key.
public struct KeyBatch: Sendable {
    @usableFromInline let arena: ByteArena
    @usableFromInline var spans: ContiguousArray<KeySpan>

    /// The length of all names together, in bytes.
    ///
    /// Complexity: O(1)
    public private(set) var byteCount: Int

    /// Takes spans that lie within the arena.
    init(arena: ByteArena, spans: ContiguousArray<KeySpan>, byteCount: Int) {
        self.arena = arena
        self.spans = spans
        self.byteCount = byteCount
    }

    /// Copies names, for tests and simulations; batches from servers are not copied.
    package init(_ keys: [[UInt8]]) {
        var spans = ContiguousArray<KeySpan>()
        spans.reserveCapacity(keys.count)
        var bytes: [UInt8] = []
        for key in keys {
            spans.append(KeySpan(offset: UInt32(bytes.count), length: UInt32(key.count)))
            bytes += key
        }
        self.init(arena: ByteArena(copying: bytes), spans: spans, byteCount: bytes.count)
    }

    /// Calls `body` with the name of every key, in order, without copying it.
    ///
    /// Complexity: O(n) in the number of keys.
    ///
    /// - Parameter body: Gets the bytes of one name, valid only during the call.
    @inlinable
    public func forEachKey(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        // The arena is alive until the end of the loop, and every span lies within it.
        try withExtendedLifetime(arena) {
            let base = arena.base
            for span in spans { try body(span.bytes(at: base)) }
        }
    }

    /// Calls `body` with the name of one key, without copying it.
    ///
    /// Complexity: O(1)
    ///
    /// - Parameters:
    ///   - index: The position of the key, from 0.
    ///   - body: Gets the bytes of the name, valid only during the call.
    /// - Returns: What `body` returns.
    @inlinable
    public func withUnsafeBytes<Result>(
        ofKeyAt index: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        // The arena is alive during the call, and the span lies within it; the array checks the index.
        try withExtendedLifetime(arena) { try body(spans[index].bytes(at: arena.base)) }
    }

    /// Some of the keys, in the memory that they have.
    ///
    /// Complexity: O(n) in the number of keys of the part.
    ///
    /// - Parameter range: The positions of the keys, from 0.
    /// - Returns: These keys, in their order.
    public func part(_ range: Range<Int>) -> KeyBatch {
        let part = ContiguousArray(spans[range])
        return KeyBatch(arena: arena, spans: part, byteCount: part.reduce(0) { $0 + Int($1.length) })
    }

    /// Drops the keys behind the first ones.
    package mutating func truncate(to count: Int) {
        guard count < spans.count else { return }
        byteCount -= spans[count...].reduce(0) { $0 + Int($1.length) }
        spans.removeLast(spans.count - count)
    }

    /// Keeps the keys for which `isIncluded` says so, in order, in the memory they have.
    ///
    /// Complexity: O(n) in the number of keys.
    package mutating func filter(_ isIncluded: (UnsafeRawBufferPointer) -> Bool) {
        let base = arena.base
        var kept = 0
        var keptBytes = 0
        // The arena is alive during the loop, and every span lies within it. `kept` never passes `index`.
        withExtendedLifetime(arena) {
            spans.withUnsafeMutableBufferPointer { spans in
                for index in spans.indices where isIncluded(spans[index].bytes(at: base)) {
                    spans[kept] = spans[index]
                    keptBytes += Int(spans[index].length)
                    kept += 1
                }
            }
        }
        spans.removeLast(spans.count - kept)
        byteCount = keptBytes
    }
}

extension KeyBatch {
    /// Keeps the keys whose hash slot is in a set.
    package mutating func filter(slots: SlotSet) {
        let hasher = SlotHasher.shared
        slots.withMembership { membership in
            filter { membership.contains(hasher.slot(of: $0)) }
        }
    }
}
