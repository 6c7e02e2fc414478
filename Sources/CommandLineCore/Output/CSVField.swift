/// The CSV format: RFC 4180, lines ending in CR LF, with a header.
///
/// Names are escaped as in the text format first (``EscapedText``), so no field holds a control character, a
/// line end or bytes that are not UTF-8, and every name can be read back. Then a field with a comma or a
/// quote is put into quotes, in which a quote is doubled.
extension BlockWriter {
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")

    /// Takes a name as the first field of a line.
    package mutating func writeCSVName(
        _ name: UnsafeRawBufferPointer,
        escapesDeceptive: Bool
    ) throws(SystemError) {
        // An empty line would be no line to many readers.
        guard !name.isEmpty else { return try append("\"\"") }
        guard name.contains(where: { $0 == Self.comma || $0 == Self.quote }) else {
            return try writeEscapedName(name, escapesDeceptive: escapesDeceptive)
        }
        try append(Self.quote)
        var rest = name
        // Quotes are plain in the text format, so escaping what is between them escapes the whole.
        while let position = rest.firstIndex(of: Self.quote) {
            let before = UnsafeRawBufferPointer(rebasing: rest[..<position])
            try writeEscapedName(before, escapesDeceptive: escapesDeceptive)
            try append("\"\"")
            rest = UnsafeRawBufferPointer(rebasing: rest[(position + 1)...])
        }
        try writeEscapedName(rest, escapesDeceptive: escapesDeceptive)
        try append(Self.quote)
    }

    /// Takes the end of a line.
    package mutating func writeCSVLineEnd() throws(SystemError) {
        try append("\r\n")
    }
}

package enum CSVText {
    /// The first field of a line, without quotes; the line is without its line end.
    ///
    /// - Returns: `nil` if a quote is not closed.
    package static func firstField(of line: ArraySlice<UInt8>) -> [UInt8]? {
        let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
        guard line.first == quote else { return Array(line.prefix { $0 != comma }) }
        var field: [UInt8] = []
        var rest = line.dropFirst()
        while let byte = rest.popFirst() {
            if byte == quote {
                guard rest.first == quote else { return field }
                rest = rest.dropFirst()
            }
            field.append(byte)
        }
        return nil
    }
}
