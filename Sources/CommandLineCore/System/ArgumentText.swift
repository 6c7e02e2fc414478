/// Text that stands for any bytes: what the operating system hands over need not be UTF-8, and the argument
/// parser, like all of Swift, takes strings.
///
/// A byte that is not part of valid UTF-8 becomes one of 128 scalars of a plane for private use. Where the
/// bytes really hold one of these scalars, its four bytes become four of them. So no two arguments have the
/// same text, and each comes back as it was.
package enum ArgumentText {
    /// Stands for the byte 0x80.
    private static let first: UInt32 = 0x10F780

    /// The text that stands for some bytes.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        var rest = Array(bytes)[...]
        while let byte = rest.first {
            if let scalar = (1...4).lazy.compactMap({ scalar(rest.prefix($0)) }).first,
                self.byte(scalar) == nil
            {
                text.unicodeScalars.append(scalar)
                rest.removeFirst(UTF8.width(scalar))
            } else {
                rest.removeFirst()
                // ASCII is always valid.
                if let scalar = Unicode.Scalar(first - 0x80 + UInt32(byte)) {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// The bytes that a text stands for.
    package static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in byte(scalar).map { [$0] } ?? Array(String(scalar).utf8) }
    }

    /// Whether the bytes that a text stands for are UTF-8.
    package static func isUTF8(_ text: String) -> Bool { !text.unicodeScalars.contains { byte($0) != nil } }

    /// A text for people, in which bytes that are not UTF-8 are escaped.
    package static func shown(_ text: String) -> String {
        guard !isUTF8(text) else { return text }
        return text.unicodeScalars.map { scalar in
            byte(scalar).map { "\\x" + String($0, radix: 16) } ?? String(scalar)
        }.joined()
    }

    /// The byte that a scalar stands for; `nil` for one that stands for itself.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        (first..<first + 0x80).contains(scalar.value) ? UInt8(scalar.value - first + 0x80) : nil
    }

    /// The scalar that bytes are the UTF-8 of.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.count == 1 else {
            return nil
        }
        return text.unicodeScalars.first
    }
}

extension String {
    /// A path as the operating system has it.
    var path: [CChar] { ArgumentText.bytes(self).map(CChar.init(bitPattern:)) + [0] }
}
