import ScanCore

/// The text format: one name a line, with everything escaped that is not printable.
///
/// | in the name | in the text |
/// |---|---|
/// | `\` | `\\` |
/// | line feed, carriage return, tab | `\n`, `\r`, `\t` |
/// | other control characters, bytes that are not UTF-8 | `\xHH` for each byte |
///
/// No two names have the same text, and none contains a line end.
package enum EscapedText {
    static let quotes = QuotedBytes("\\")

    /// Reads the bytes of a name from one line of the text format, without its line end.
    ///
    /// - Parameters:
    ///   - text: The line.
    ///   - isPattern: Whether it is a glob, for which the bytes that are written with a `\` stand for
    ///     themselves. A `\` before a special character remains what it is in globs.
    /// - Returns: `nil` if a `\` is followed by something that the format does not have.
    package static func decode(_ text: some Sequence<UInt8>, isPattern: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        let special = isPattern ? Array("*?[]^-\\".utf8) : []
        func literal(_ byte: UInt8) -> [UInt8] {
            special.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.next() {
            case UInt8(ascii: "\\"): bytes += literal(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "x"):
                guard let high = rest.next().flatMap(HexadecimalDigits.value),
                    let low = rest.next().flatMap(HexadecimalDigits.value)
                else { return nil }
                bytes += literal(high << 4 | low)
            case let byte? where special.contains(byte): bytes += literal(byte)
            default: return nil
            }
        }
        return bytes
    }

    /// A name, or any bytes, as the text format has them on a terminal.
    package static func text(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { bytes in
            var text = ""
            var position = 0
            while position < bytes.count {
                guard let (scalar, length) = UTF8Reader.scalar(in: bytes, at: position) else {
                    text += hexadecimal(bytes[position])
                    position += 1
                    continue
                }
                switch scalar {
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                case "\r": text += "\\r"
                case "\t": text += "\\t"
                case _ where scalar.isControl || scalar.isDeceptive:
                    for byte in bytes[position..<position + length] { text += hexadecimal(byte) }
                default: text.unicodeScalars.append(scalar)
                }
                position += length
            }
            return text
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "\\x" + HexadecimalDigits.text(UInt64(byte), digits: 2)
    }
}
