public import ScanCore

/// Reads the format of dump files from bytes as they come, and holds back whatever is not certain: no item is
/// handed out before the checksum of its block, and of all blocks before, was found right.
///
/// ```swift
/// var reader = DumpReader()
/// while let bytes = try file.read(1 << 20) {
///     reader.push(bytes)
///     while let item = try reader.next() { … }
/// }
/// try reader.finish()
/// ```
///
/// One block is held in memory: 256 KiB, or one larger record.
public struct DumpReader: Sendable {
    /// What a file consists of, in this order: a header, records and marks, a trailer.
    public enum Item: Sendable {
        /// What the file says of itself.
        case header(DumpHeader)
        /// A key.
        case record(DumpRecord)
        /// A place from which the dump could be carried on.
        case mark(DumpMark)
        /// The end.
        case trailer(DumpTrailer)
    }

    private enum Stage { case beginning, header, blocks, ended }

    private let maximumBlockBytes: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var stage = Stage.beginning
    private var chain = BlockHead.start
    /// The records of a block that are still to be handed out, and where the block ends in the buffer.
    private var records: (body: BlockBodyReader, end: Int)?
    /// What was handed out.
    public private(set) var counts = DumpCounts()
    /// How many bytes are behind what was handed out: the place of the next block.
    public private(set) var offset: UInt64 = 0

    /// Prepares to read.
    ///
    /// - Parameter maximumBlockBytes: The largest record to hold; a larger one is refused.
    public init(maximumBlockBytes: Int = 4 << 30) {
        self.maximumBlockBytes = maximumBlockBytes
    }

    /// Takes the next bytes of the file.
    ///
    /// - Parameter bytes: Any number of them.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        if records == nil, start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// What comes next.
    ///
    /// - Returns: `nil` if more bytes are needed to tell.
    /// - Throws: ``DumpFileError``; the reader is of no use then.
    public mutating func next() throws(DumpFileError) -> Item? {
        if let record = try nextRecord() { return .record(record) }
        if stage == .beginning {
            guard try readBeginning() else { return nil }
        }
        while true {
            if stage == .ended {
                guard start == buffer.count else { throw .trailingBytes(at: offset) }
                return nil
            }
            guard let head = try readHead(), let body = try readBody(of: head) else { return nil }
            do throws(BlockBody.Malformed) {
                if let item = try item(head, body) { return item }
            } catch {
                throw .damaged(at: offset)
            }
            if let record = try nextRecord() { return .record(record) }
        }
    }

    /// Says whether the file ended where it should. To be called when there are no more bytes and ``next()``
    /// has returned `nil`.
    ///
    /// - Throws: ``DumpFileError/truncated(at:)``, or ``DumpFileError/notADump``.
    public func finish() throws(DumpFileError) {
        guard stage != .ended else { return }
        if stage == .beginning, !BlockHead.magic.starts(with: buffer.prefix(BlockHead.magic.count)) {
            throw .notADump
        }
        throw .truncated(at: offset + UInt64(buffer.count - start))
    }

    // MARK: Blocks

    private mutating func readBeginning() throws(DumpFileError) -> Bool {
        let magic = BlockHead.magic
        guard magic.starts(with: buffer.prefix(magic.count)) else { throw .notADump }
        guard buffer.count > magic.count else { return false }
        guard buffer[magic.count] == BlockHead.version else {
            throw .unsupportedVersion(buffer[magic.count])
        }
        consume(to: magic.count + 1)
        stage = .header
        return true
    }

    private func readHead() throws(DumpFileError) -> BlockHead? {
        guard buffer.count - start >= BlockHead.size else { return nil }
        let head = buffer.withUnsafeBytes { bytes in
            BlockHead(UnsafeRawBufferPointer(rebasing: bytes[start...]), after: chain)
        }
        guard let head else { throw .damaged(at: offset) }
        guard head.length <= UInt64(maximumBlockBytes) else { throw .tooLarge(at: offset) }
        return head
    }

    private mutating func readBody(of head: BlockHead) throws(DumpFileError) -> ArraySlice<UInt8>? {
        let first = start + BlockHead.size
        let end = first + Int(head.length)
        guard buffer.count >= end + BlockHead.tailSize else { return nil }
        let (computed, written) = buffer.withUnsafeBytes { bytes in
            (
                head.chain(over: UnsafeRawBufferPointer(rebasing: bytes[first..<end])),
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
            )
        }
        guard computed == written else { throw .damaged(at: offset) }
        chain = computed
        return buffer[first..<end]
    }

    /// - Returns: `nil` for a block of records, which are taken out one by one.
    private mutating func item(
        _ head: BlockHead,
        _ body: ArraySlice<UInt8>
    ) throws(BlockBody.Malformed) -> Item? {
        let end = body.endIndex + BlockHead.tailSize
        guard (head.kind == .header) == (stage == .header) else { throw BlockBody.Malformed() }
        switch head.kind {
        case .header:
            let header = try DumpHeader(body: body)
            consume(to: end)
            stage = .blocks
            return .header(header)
        case .records:
            records = (BlockBodyReader(body), end)
            return nil
        case .mark:
            var reader = BlockBodyReader(body)
            let counts = try DumpCounts(from: &reader)
            let leftOut = try reader.readNumber()
            let token = String(decoding: try reader.readString(), as: UTF8.self)
            guard reader.isAtEnd, counts == self.counts, let cursor = try? ScanCursor(token) else {
                throw BlockBody.Malformed()
            }
            consume(to: end)
            return .mark(
                DumpMark(cursor: cursor, counts: counts, leftOut: leftOut, offset: offset, chain: chain)
            )
        case .trailer:
            let trailer = try DumpTrailer(body: body)
            guard trailer.counts == counts else { throw BlockBody.Malformed() }
            consume(to: end)
            stage = .ended
            return .trailer(trailer)
        }
    }

    private mutating func nextRecord() throws(DumpFileError) -> DumpRecord? {
        guard let (rest, end) = records else { return nil }
        var body = rest
        guard !body.isAtEnd else {
            records = nil
            consume(to: end)
            return nil
        }
        // Two owners of the buffer would make the next push copy it.
        records = nil
        do throws(BlockBody.Malformed) {
            let record = try BlockBody.readRecord(from: &body)
            records = (body, end)
            counts.add(record)
            return record
        } catch {
            throw .damaged(at: offset)
        }
    }

    private mutating func consume(to end: Int) {
        offset += UInt64(end - start)
        start = end
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 4 << 20)
            start = 0
        }
    }
}

/// A place in a dump file from which an interrupted dump can be carried on.
public struct DumpMark: Hashable, Sendable {
    /// Stands for exactly the records before the mark.
    public let cursor: ScanCursor
    /// How much stands before the mark.
    public let counts: DumpCounts
    /// Keys that were found and could not be read.
    public let leftOut: UInt64
    /// The length of the file up to the end of the mark, in bytes.
    public let offset: UInt64
    /// The checksum that the next block continues.
    let chain: UInt32
}
