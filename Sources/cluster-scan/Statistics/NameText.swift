/// The name of a key as text, and in JSON.
package enum NameText {
    /// The name as `keys --format text` writes it on a terminal: what is not printable, or could mislead
    /// the eye, as `\n` `\r` `\t` `\\` `\xHH`.
    package static func escaped(_ name: [UInt8]) -> String {
        name.withUnsafeBytes { bytes in
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

    /// `"key": "…"`, or `"key_base64": "…"` (RFC 4648 §4) for a name that is not UTF-8.
    package static func json(_ name: [UInt8]) -> (name: String, value: JSONText) {
        if let text = String(validating: name, as: UTF8.self) { return ("key", .string(text)) }
        return ("key_base64", .string(base64(name)))
    }

    /// So many characters at most, the middle left out.
    package static func shortened(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 1 else { return text }
        let tail = (width - 1) / 3
        return String(text.prefix(width - 1 - tail)) + "…" + String(text.suffix(tail))
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars
        )
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(UInt32(0)) { bits, offset in
                bits << 8 | (offset < group.count ? UInt32(group[start + offset]) : 0)
            }
            for digit in 0..<4 {
                text.unicodeScalars.append(
                    digit <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * digit) & 63)] : "="
                )
            }
        }
        return text
    }
}
