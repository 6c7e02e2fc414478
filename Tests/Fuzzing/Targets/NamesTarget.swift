import CommandLineCore
import ScanCore

/// Whatever bytes a name has, it can be read back from its text, and its text cannot steer a terminal or a
/// page.
enum NamesTarget {
    static func run(_ input: inout FuzzInput) throws(Finding) {
        let name = input.all()
        let text = EscapedText.text(name)
        try harmless(text, "the text format")
        try promise(EscapedText.decode(text.utf8) == name, "another name when read again")
        let repaired = String(decoding: name, as: UTF8.self)
        try harmless(ConsoleText.safe(repaired).replacing("\n", with: ""), "a message")
        try harmless(KeyNames.text(name).replacing("\n", with: ""), "a message with a name")
        let page = HTMLText.escaped(repaired)
        try promise(!page.contains { "<>\"'".contains($0) }, "an element of a page")
        try harmless(page.replacing("\n", with: "").replacing("\t", with: ""), "a page")
        for format in [KeyFormat.text, .tsv, .csv, .json, .nul] {
            _ = WrittenNames(format).name(in: name[...])
        }
        _ = EscapedText.decode(name)
    }

    /// No control character, nothing that reorders or hides text: written down again here, as what is checked
    /// must not be checked with itself.
    private static func harmless(_ text: String, _ place: String) throws(Finding) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
                0x2060...0x206F,
                0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
                throw Finding(description: "U+\(String(scalar.value, radix: 16)) in \(place)")
            default: continue
            }
        }
    }
}
