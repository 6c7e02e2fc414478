package import ClusterScan
package import ClusterScanOperations

/// Writes keys in one of the formats.
package struct KeyWriter: ~Copyable {
    package internal(set) var output: BlockWriter
    let format: KeyFormat
    let fields: [KeyField]
    let escapesDeceptive: Bool
    /// Names that the format cannot represent and that were left out: those with a zero byte, in the format
    /// `nul`.
    package private(set) var leftOut: UInt64 = 0

    /// - Parameters:
    ///   - output: Where to write.
    ///   - format: How to write.
    ///   - fields: What is written besides the names, if anything is.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    package init(
        _ output: consuming BlockWriter,
        format: KeyFormat,
        fields: [KeyField] = [],
        escapesDeceptive: Bool = false
    ) {
        self.output = output
        self.format = format
        self.fields = fields
        self.escapesDeceptive = escapesDeceptive
    }

    /// Writes the names of the columns, if the format has a header.
    ///
    /// - Throws: ``SystemError``.
    package mutating func writeHeader() throws(SystemError) {
        guard format.hasHeader else { return }
        let names = ["key"] + fields.map(\.rawValue)
        try append(names.joined(separator: format == .csv ? "," : "\t"))
        try append(format == .csv ? "\r\n" : "\n")
    }

    /// Writes all names of a batch.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch) throws {
        switch format {
        case .text, .tsv:
            try keys.forEachKey { try output.writeTextLine($0, escapesDeceptive: escapesDeceptive) }
        case .json: try keys.forEachKey { try output.writeJSONLine($0, escapesDeceptive: escapesDeceptive) }
        case .csv:
            try keys.forEachKey { name in
                try output.writeCSVName(name, escapesDeceptive: escapesDeceptive)
                try output.writeCSVLineEnd()
            }
        case .nul: try keys.forEachKey { try writeTerminated($0) }
        }
    }

    /// Writes the first names of a batch.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch, first count: Int) throws {
        var first = keys
        first.truncate(to: count)
        try write(first)
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
        try append(line)
        try append("\n")
    }

    mutating func append(_ text: String) throws(SystemError) {
        for byte in text.utf8 { try output.append(byte) }
    }

    package mutating func flush() throws(SystemError) {
        try output.flush()
    }
}
