import CHiredisSupport

/// The memory that holds the names of a batch.
///
/// `@unchecked Sendable`: the memory is not written to after `init`, and it is freed with the last reference.
@usableFromInline
final class ByteArena: @unchecked Sendable {
    /// The first byte; readable up to the end of the largest span of the batch.
    @usableFromInline let base: UnsafeRawPointer

    /// For values that have no bytes.
    static let empty = ByteArena(copying: [])

    /// Takes over memory of a reply, which must not be written to or freed by anyone else.
    init(adopting memory: UnsafeMutableRawPointer) {
        base = UnsafeRawPointer(memory)
    }

    /// Copies bytes.
    init(copying bytes: [UInt8]) {
        guard let memory = cscan_allocate(bytes.count) else { fatalError("out of memory") }
        // The memory has just been allocated with this size.
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        base = UnsafeRawPointer(memory)
    }

    deinit { cscan_free(UnsafeMutableRawPointer(mutating: base)) }
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
