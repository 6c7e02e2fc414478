package import ClusterScan
package import ClusterScanOperations

/// Writes what an iteration hands out, and knows at any time which cursor stands for the bytes that were
/// written.
package struct KeyDump: ~Copyable {
    private var writer: KeyWriter
    /// Names that were taken, written or not.
    package private(set) var keys: UInt64 = 0
    /// The last cursor whose bytes have all arrived.
    package private(set) var settled: SettledOutput
    private var unsettled: [SettledOutput] = []

    /// - Parameters:
    ///   - writer: Where to write.
    ///   - cursor: The cursor that the iteration goes on from.
    package init(_ writer: consuming KeyWriter, from cursor: ScanCursor) {
        self.writer = writer
        settled = SettledOutput(end: 0, keys: 0, cursor: cursor)
    }

    /// Names that the format cannot represent.
    package var leftOut: UInt64 { writer.leftOut }

    /// The length of the output, without what was there before.
    package var written: UInt64 { writer.output.written }

    /// Begins an output that was empty with the header of its format.
    ///
    /// - Throws: ``SystemError`` if the output fails.
    package mutating func begin() throws(SystemError) {
        try writer.writeHeader()
    }

    /// Takes a batch.
    ///
    /// - Parameters:
    ///   - batch: The keys.
    ///   - metadata: What is known of them; `nil` to write names alone.
    ///   - cursor: Where to go on from after the batch.
    /// - Throws: ``SystemError`` if the output fails; ``settled`` is right even then.
    package mutating func take(
        _ batch: KeyBatch,
        _ metadata: [KeyMetadata]? = nil,
        cursor: ScanCursor
    ) throws {
        do {
            if let metadata { try writer.write(batch, metadata) } else { try writer.write(batch) }
        } catch {
            settle()
            throw error
        }
        keys += UInt64(batch.count)
        unsettled.append(SettledOutput(end: writer.output.taken, keys: keys, cursor: cursor))
        settle()
    }

    /// Takes the first keys of a batch. No cursor stands for them, as cursors stand for whole batches.
    ///
    /// - Throws: ``SystemError`` if the output fails.
    package mutating func take(first count: Int, of batch: KeyBatch, _ metadata: [KeyMetadata]? = nil) throws
    {
        if let metadata {
            try writer.write(batch, metadata, first: count)
        } else {
            try writer.write(batch, first: count)
        }
        keys += UInt64(min(count, batch.count))
    }

    /// Writes whatever was taken.
    ///
    /// - Throws: ``SystemError`` if the output fails.
    package mutating func flush() throws(SystemError) {
        do {
            try writer.flush()
        } catch {
            settle()
            throw error
        }
        settle()
    }

    /// Writes a last line that is not a name, and flushes. No cursor stands for it.
    ///
    /// - Throws: ``SystemError`` if the output fails.
    package mutating func end(with line: String) throws(SystemError) {
        try writer.write(line: line)
        try writer.flush()
    }

    private mutating func settle() {
        let written = writer.output.written
        guard let first = unsettled.first, first.end <= written else { return }
        let count = unsettled.firstIndex { $0.end > written } ?? unsettled.count
        settled = unsettled[count - 1]
        unsettled.removeFirst(count)
    }
}
