extension EscapedText {
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
        let digits = [HexadecimalDigits.digit(byte >> 4), HexadecimalDigits.digit(byte & 15)]
        return "\\x" + String(decoding: digits, as: UTF8.self)
    }
}
