package import ClusterScan

/// Writes names of keys in one of the formats.
package struct KeyWriter: ~Copyable {
    package private(set) var output: BlockWriter
    private let format: KeyFormat
    private let escapesDeceptive: Bool
    /// Names that the format cannot represent and that were left out: those with a zero byte, in the format
    /// `nul`.
    package private(set) var leftOut: UInt64 = 0

    /// - Parameters:
    ///   - output: Where to write.
    ///   - format: How to write.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    package init(_ output: consuming BlockWriter, format: KeyFormat, escapesDeceptive: Bool = false) {
        self.output = output
        self.format = format
        self.escapesDeceptive = escapesDeceptive
    }

    /// Writes all names of a batch.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch) throws {
        switch format {
        case .text: try keys.forEachKey { try output.writeTextLine($0, escapesDeceptive: escapesDeceptive) }
        case .json: try keys.forEachKey { try output.writeJSONLine($0, escapesDeceptive: escapesDeceptive) }
        case .nul: try keys.forEachKey { try writeTerminated($0) }
        }
    }

    /// Writes the first names of a batch.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch, first count: Int) throws {
        for index in 0..<min(count, keys.count) {
            try keys.withUnsafeBytes(ofKeyAt: index) { name in
                switch format {
                case .text: try output.writeTextLine(name, escapesDeceptive: escapesDeceptive)
                case .json: try output.writeJSONLine(name, escapesDeceptive: escapesDeceptive)
                case .nul: try writeTerminated(name)
                }
            }
        }
    }

    private mutating func writeTerminated(_ name: UnsafeRawBufferPointer) throws(SystemError) {
        guard !name.contains(0) else {
            leftOut += 1
            return
        }
        if try output.makeRoom(name.count + 1) {
            output.store(name)
            output.store(0)
        } else {
            try output.append(name)
            try output.append(0)
        }
    }

    /// Writes a line that is not a name.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(line: String) throws(SystemError) {
        for byte in line.utf8 { try output.append(byte) }
        try output.append(UInt8(ascii: "\n"))
    }

    package mutating func flush() throws(SystemError) {
        try output.flush()
    }
}
