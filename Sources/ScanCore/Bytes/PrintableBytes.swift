/// Shows the bytes of keys and patterns to people.
///
/// ```swift
/// print(PrintableBytes.text(key.bytes))  // user:42, or \x00\xffabc
/// ```
public enum PrintableBytes {
    /// The bytes as text if they are UTF-8 without control characters, otherwise ASCII with `\xNN` for all
    /// others: what a terminal shows cannot be mistaken for another key, and cannot steer the terminal.
    ///
    /// - Parameter bytes: The name of a key, a pattern, any bytes.
    /// - Returns: One line of text.
    public static func text(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ !isControl($0) })
        {
            return text
        }
        return bytes.map { byte in
            (0x20..<0x7f).contains(byte)
                ? String(UnicodeScalar(byte)) : "\\x" + HexadecimalDigits.text(UInt64(byte), digits: 2)
        }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
        default: false
        }
    }
}
