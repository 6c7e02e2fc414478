/// The text format: one name a line, with everything escaped that is not printable.
///
/// | in the name | in the text |
/// |---|---|
/// | `\` | `\\` |
/// | line feed, carriage return, tab | `\n`, `\r`, `\t` |
/// | other control characters, bytes that are not UTF-8 | `\xHH` for each byte |
///
/// No two names have the same text, and none contains a line end.
extension BlockWriter {
    /// Takes one line.
    ///
    /// - Parameters:
    ///   - name: The bytes of the name.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    /// - Throws: ``SystemError`` if a block had to be written and could not be.
    mutating func writeTextLine(_ name: UnsafeRawBufferPointer, escapesDeceptive: Bool) throws(SystemError) {
        var plain = 0
        if try makeRoom(name.count + 1) {
            plain = storePlain(name, except: EscapedText.quotes)
            if plain == name.count {
                store(UInt8(ascii: "\n"))
                return
            }
        }
        try writeEscaped(UnsafeRawBufferPointer(rebasing: name[plain...]), escapesDeceptive: escapesDeceptive)
        try append(UInt8(ascii: "\n"))
    }

    /// Takes a name without a line end.
    mutating func writeEscapedName(
        _ name: UnsafeRawBufferPointer,
        escapesDeceptive: Bool
    ) throws(SystemError) {
        var plain = 0
        if try makeRoom(name.count) {
            plain = storePlain(name, except: EscapedText.quotes)
            if plain == name.count { return }
        }
        try writeEscaped(UnsafeRawBufferPointer(rebasing: name[plain...]), escapesDeceptive: escapesDeceptive)
    }

    @inline(never)
    private mutating func writeEscaped(
        _ bytes: UnsafeRawBufferPointer,
        escapesDeceptive: Bool
    ) throws(SystemError) {
        var position = 0
        while position < bytes.count {
            guard let (scalar, length) = UTF8Reader.scalar(in: bytes, at: position) else {
                try writeHexadecimal(bytes[position])
                position += 1
                continue
            }
            let whole = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            position += length
            switch scalar {
            case "\\": try append("\\\\")
            case "\n": try append("\\n")
            case "\r": try append("\\r")
            case "\t": try append("\\t")
            case _ where scalar.isControl || (escapesDeceptive && scalar.isDeceptive):
                for byte in whole { try writeHexadecimal(byte) }
            default: try append(whole)
            }
        }
    }

    private mutating func writeHexadecimal(_ byte: UInt8) throws(SystemError) {
        try append("\\x")
        try append(HexadecimalDigits.digit(byte >> 4))
        try append(HexadecimalDigits.digit(byte & 15))
    }
}

package enum EscapedText {
    static let quotes = QuotedBytes("\\")

    /// Reads the bytes of a name from one line of the text format, without its line end.
    ///
    /// - Returns: `nil` if a `\` is followed by something that the format does not have.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.next() {
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "x"):
                guard let high = rest.next().flatMap(HexadecimalDigits.value),
                    let low = rest.next().flatMap(HexadecimalDigits.value)
                else { return nil }
                bytes.append(high << 4 | low)
            default: return nil
            }
        }
        return bytes
    }
}

package enum HexadecimalDigits {
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
