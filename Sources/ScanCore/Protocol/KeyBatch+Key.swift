extension KeyBatch: RandomAccessCollection {
    /// The name of one key: a view of the batch, which it keeps alive.
    public struct Key: Sendable {
        let arena: ByteArena
        let span: KeySpan

        /// Calls `body` with the bytes of the name, without copying them.
        ///
        /// - Parameter body: Gets the bytes, valid only during the call.
        /// - Returns: What `body` returns.
        public func withUnsafeBytes<Result>(
            _ body: (UnsafeRawBufferPointer) throws -> Result
        ) rethrows -> Result {
            // The arena is alive during the call, and the span lies within it.
            try withExtendedLifetime(arena) { try body(span.bytes(at: arena.base)) }
        }

        /// The bytes of the name, copied. Names may hold any byte, zero included.
        public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

        /// The name as text. Bytes that are not UTF-8 are replaced by U+FFFD, so two names may give one text.
        public var string: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

        /// The length of the name, in bytes.
        public var count: Int { Int(span.length) }
    }

    /// The position of the first key: 0.
    public var startIndex: Int { 0 }

    /// The position after the last key: the number of keys.
    public var endIndex: Int { spans.count }

    /// The key at a position.
    ///
    /// Complexity: O(1)
    ///
    /// - Parameter index: A position from 0 up to the number of keys.
    public subscript(index: Int) -> Key { Key(arena: arena, span: spans[index]) }
}

extension KeyBatch.Key: Hashable {
    /// Whether two names have the same bytes, whatever batches they are in.
    public static func == (left: Self, right: Self) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { left.elementsEqual($0) } }
    }

    /// Feeds the bytes of the name to a hasher.
    ///
    /// - Parameter hasher: The hasher.
    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension KeyBatch.Key: CustomStringConvertible {
    /// The same as ``string``.
    public var description: String { string }
}
