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
        leftOut += try output.write(keys, format, escapesDeceptive: escapesDeceptive)
    }

    /// Writes the first names of a batch.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch, first count: Int) throws {
        var first = keys
        first.truncate(to: count)
        try write(first)
    }

    /// Writes a line that is not a name.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(line: String) throws(SystemError) {
        try append(line)
        try append("\n")
    }

    mutating func append(_ text: String) throws(SystemError) {
        try output.append(text: text)
    }

    package mutating func flush() throws(SystemError) {
        try output.flush()
    }
}
