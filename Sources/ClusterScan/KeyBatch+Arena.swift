/// The memory that holds the names of a batch.
///
/// `@unchecked Sendable`: nobody writes to the memory after `init`, and it is freed with the last reference.
@usableFromInline
final class ByteArena: @unchecked Sendable {
    /// The first byte; readable up to the largest span of the batch.
    @usableFromInline let base: UnsafeRawPointer

    /// Copies `count` bytes.
    init(copying bytes: some Sequence<UInt8>, count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(count, 1), alignment: 1)
        _ = UnsafeMutableRawBufferPointer(start: memory, count: count).initializeMemory(as: UInt8.self, from: bytes)
        base = UnsafeRawPointer(memory)
    }

    deinit { base.deallocate() }
}

/// Where the name of a key lies in its arena. 32 bits are enough: a reply has less than 2 GiB.
@usableFromInline
struct KeySpan: Sendable {
    @usableFromInline var offset: UInt32
    @usableFromInline var length: UInt32

    init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    /// The bytes of the span; `base` must be that of its arena.
    @inlinable
    func bytes(at base: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + Int(offset), count: Int(length))
    }
}
