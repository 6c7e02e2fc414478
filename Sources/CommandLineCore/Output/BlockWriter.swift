/// Collects bytes and writes them to a file in large blocks.
///
/// Memory is unsafe here for speed. The invariant: `0 <= used <= capacity`, the first `used` bytes of
/// `memory` are initialised, and every store is preceded by a check of ``room``.
package struct BlockWriter: ~Copyable {
    private let file: FileDescriptor
    private let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0
    /// The bytes that have reached the file, over all blocks.
    package private(set) var written: UInt64 = 0

    /// - Parameters:
    ///   - file: Where to write.
    ///   - capacity: The size of a block in bytes.
    package init(_ file: FileDescriptor, capacity: Int = 256 << 10) {
        self.file = file
        self.capacity = max(capacity, BlockWriter.wordSize)
        memory = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// The bytes that have been taken, written or not.
    package var taken: UInt64 { written + UInt64(used) }

    /// How many bytes can be taken before something must be written.
    var room: Int { capacity - used }

    /// Writes what was collected. After a failure ``written`` says how much of it arrived.
    package mutating func flush() throws(SystemError) {
        var done = 0
        while done < used {
            do {
                let count = try file.writeSome(
                    UnsafeRawBufferPointer(start: memory + done, count: used - done)
                )
                done += count
                written += UInt64(count)
            } catch {
                memory.copyMemory(from: memory + done, byteCount: used - done)
                used -= done
                throw error
            }
        }
        used = 0
    }

    /// Makes room for so many bytes where the capacity allows it.
    ///
    /// - Returns: Whether there is room.
    @inline(__always)
    mutating func makeRoom(_ count: Int) throws(SystemError) -> Bool {
        if count <= room { return true }
        try flush()
        return count <= capacity
    }

    package mutating func append(_ byte: UInt8) throws(SystemError) {
        if room == 0 { try flush() }
        memory.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    /// Takes bytes, however many.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            if room == 0 { try flush() }
            let count = min(rest.count, room)
            store(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    package mutating func append(_ text: StaticString) throws(SystemError) {
        try append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ bytes: [UInt8]) throws(SystemError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            try append(UnsafeRawBufferPointer(bytes))
        }
    }

    package mutating func append(text: String) throws(SystemError) {
        for byte in text.utf8 { try append(byte) }
    }

    // MARK: Where there is room

    /// Takes bytes for which room was made.
    @inline(__always)
    mutating func store(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        assert(bytes.count <= room)
        (memory + used).copyMemory(from: base, byteCount: bytes.count)
        used += bytes.count
    }

    @inline(__always)
    mutating func store(_ byte: UInt8) {
        assert(room > 0)
        memory.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    mutating func store(_ text: StaticString) {
        store(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Gives back bytes taken last, which must not have been written.
    mutating func drop(_ count: Int) {
        assert(count <= used)
        used -= count
    }

    static let wordSize = MemoryLayout<UInt64>.size

    /// Takes bytes, for all of which room was made, as far as they are plain: printable ASCII that needs no
    /// escape.
    ///
    /// Eight bytes are looked at at once. Whole words are stored and only the plain ones counted, so that
    /// nearly all names are copied without a branch per byte.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - quotes: Bytes that are not plain although they are printable ASCII.
    /// - Returns: How many of the leading bytes were taken: all of them, or not beyond the first that is not
    ///   plain.
    @inline(__always)
    mutating func storePlain(_ bytes: UnsafeRawBufferPointer, except quotes: QuotedBytes) -> Int {
        assert(bytes.count <= room)
        guard let source = bytes.baseAddress else { return 0 }
        let target = memory + used
        let count = bytes.count
        var position = 0
        while position + BlockWriter.wordSize <= count {
            let word = source.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            guard quotes.allPlain(in: word) else { break }
            target.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
            position += BlockWriter.wordSize
        }
        while position < count {
            let byte = source.load(fromByteOffset: position, as: UInt8.self)
            guard quotes.isPlain(byte) else { break }
            target.storeBytes(of: byte, toByteOffset: position, as: UInt8.self)
            position += 1
        }
        used += position
        return position
    }
}
