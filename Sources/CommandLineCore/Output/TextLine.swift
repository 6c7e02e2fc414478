import ScanCore

/// The text format, as ``EscapedText`` has it, one name a line.
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
    package mutating func writeEscapedName(
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
