public import ScanCore

/// Writes the format of dump files, to wherever its caller puts the bytes. `Docs/DumpFormat.md` describes it.
///
/// ```swift
/// var writer = DumpWriter()
/// try writer.begin(DumpHeader(created: now)) { try file.write($0) }
/// try writer.append(record) { try file.write($0) }
/// try writer.finish { try file.write($0) }
/// ```
///
/// Small records are collected up to 256 KiB; a larger payload goes to the caller from where it lies, without
/// a copy.
public struct DumpWriter: Sendable {
    /// Takes bytes, in order. They are valid only during the call.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private static let blockBytes = 256 << 10

    private var chain: UInt32
    private var pending = BlockBody()
    /// What was appended.
    public private(set) var counts: DumpCounts
    /// Keys that were found and could not be read, so that they are not in the file.
    public private(set) var leftOut: UInt64
    /// How many bytes the file has, with what it had before, without the records that are still collected.
    public private(set) var offset: UInt64

    /// Prepares to write a file from its beginning.
    public init() {
        chain = BlockHead.start
        counts = DumpCounts()
        leftOut = 0
        offset = 0
    }

    /// Prepares to carry on a file that ends with a mark.
    ///
    /// - Parameter mark: The mark, as ``DumpReader`` found it; the file must have been cut off behind it.
    public init(continuing mark: DumpMark) {
        chain = mark.chain
        counts = mark.counts
        leftOut = mark.leftOut
        offset = mark.offset
    }

    /// Writes what stands before the records.
    ///
    /// - Parameters:
    ///   - header: What the dump is.
    ///   - sink: Takes the bytes.
    /// - Throws: What the sink throws.
    public mutating func begin(_ header: DumpHeader, to sink: Sink) throws {
        try (BlockHead.magic + [BlockHead.version]).withUnsafeBytes { try put($0, to: sink) }
        try writeBlock(.header, header.body, to: sink)
    }

    /// Adds a record. Small ones are kept until there are enough of them, or until a mark.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - sink: Takes the bytes.
    /// - Throws: What the sink throws.
    public mutating func append(_ record: DumpRecord, to sink: Sink) throws {
        counts.add(record)
        if record.payload.count < DumpWriter.blockBytes {
            pending.write(record)
            if pending.bytes.count >= DumpWriter.blockBytes { try flush(to: sink) }
        } else {
            try flush(to: sink)
            var head = BlockBody()
            head.write(headOf: record)
            try writeBlock(.records, head.bytes, record.payload, to: sink)
        }
    }

    /// Notes keys that could not be read: the trailer will tell.
    ///
    /// - Parameter count: How many.
    public mutating func leaveOut(_ count: UInt64) {
        leftOut += count
    }

    /// Writes the records that are still collected.
    ///
    /// - Parameter sink: Takes the bytes.
    /// - Throws: What the sink throws.
    public mutating func flush(to sink: Sink) throws {
        guard !pending.bytes.isEmpty else { return }
        try writeBlock(.records, pending.bytes, to: sink)
        pending.removeAll()
    }

    /// Writes a place from which the dump can be carried on.
    ///
    /// - Parameters:
    ///   - cursor: Stands for exactly the records that were appended.
    ///   - sink: Takes the bytes.
    /// - Throws: What the sink throws.
    public mutating func mark(_ cursor: ScanCursor, to sink: Sink) throws {
        try flush(to: sink)
        var body = BlockBody()
        counts.write(to: &body)
        body.write(leftOut)
        body.write(string: Array(cursor.description.utf8))
        try writeBlock(.mark, body.bytes, to: sink)
    }

    /// Writes the trailer. Nothing may follow.
    ///
    /// - Parameters:
    ///   - uncovered: Slots that were wanted and could not be covered.
    ///   - sink: Takes the bytes.
    /// - Throws: What the sink throws.
    public mutating func finish(uncovered: SlotSet = SlotSet(), to sink: Sink) throws {
        try flush(to: sink)
        let trailer = DumpTrailer(counts: counts, leftOut: leftOut, uncovered: uncovered)
        try writeBlock(.trailer, trailer.body, to: sink)
    }

    private mutating func writeBlock(
        _ kind: BlockHead.Kind,
        _ body: [UInt8],
        _ payload: [UInt8] = [],
        to sink: Sink
    ) throws {
        let head = BlockHead(kind, length: body.count + payload.count, after: chain)
        try head.bytes.withUnsafeBytes { try put($0, to: sink) }
        try body.withUnsafeBytes { body in
            try payload.withUnsafeBytes { payload in
                chain = head.chain(over: body, payload)
                try put(body, to: sink)
                if !payload.isEmpty { try put(payload, to: sink) }
            }
        }
        try withUnsafeBytes(of: chain.littleEndian) { try put($0, to: sink) }
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws {
        try sink(bytes)
        offset += UInt64(bytes.count)
    }
}
