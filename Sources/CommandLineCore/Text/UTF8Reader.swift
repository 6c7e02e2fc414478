/// Reads Unicode scalars from bytes that may or may not be UTF-8.
package enum UTF8Reader {
    /// The scalar that begins at a position, and the number of its bytes.
    ///
    /// - Returns: `nil` where no scalar begins, by the rules of RFC 3629: no needlessly long forms, no
    ///   surrogates, nothing above U+10FFFF.
    package static func scalar(
        in bytes: UnsafeRawBufferPointer,
        at position: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        let first = bytes[position]
        let (length, lowest): (Int, UInt32)
        var value: UInt32
        switch first {
        case 0x00...0x7F: return (Unicode.Scalar(first), 1)
        case 0xC2...0xDF: (length, lowest, value) = (2, 0x80, UInt32(first & 0x1F))
        case 0xE0...0xEF: (length, lowest, value) = (3, 0x800, UInt32(first & 0x0F))
        case 0xF0...0xF4: (length, lowest, value) = (4, 0x10000, UInt32(first & 0x07))
        default: return nil
        }
        guard position + length <= bytes.count else { return nil }
        for offset in 1..<length {
            let byte = bytes[position + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= lowest, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }

    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            guard let (_, length) = scalar(in: bytes, at: position) else { return false }
            position += length
        }
        return true
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is a control character of ASCII or Latin-1.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }

    /// Whether showing the scalar on a terminal can hide or rearrange what stands around it: bidirectional
    /// marks, what has no width, other line ends, and what has no agreed meaning.
    var isDeceptive: Bool {
        guard value >= 0xA0 else { return false }
        switch properties.generalCategory {
        case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return true
        default:
            // Letters and marks that show nothing, but not those that choose between two forms of a sign.
            return properties.isDefaultIgnorableCodePoint && !(0xFE00...0xFE0F).contains(value)
        }
    }
}
