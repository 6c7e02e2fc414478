import ClusterScan
import Testing
import cluster_scan

@Suite("Text that would steer whoever reads it")
struct HostileTextTests {
    /// What reorders, hides or steers: controls of 7 and 8 bits, marks of direction, what has no width or
    /// shows nothing.
    static let scalars: [Unicode.Scalar] =
        [
            0x07, 0x08, 0x1B, 0x7F, 0x80, 0x85, 0x90, 0x9B, 0x9D, 0xAD, 0x34F, 0x61C, 0x115F, 0x17B4, 0x180E,
            0x200B,
            0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x206F, 0x3164, 0xFEFF,
            0xFFA0,
            0xFFF9, 0xE0001, 0xE0041, 0xE000,
        ].compactMap { Unicode.Scalar(UInt32($0)) }

    private func isHarmless(_ text: String) -> Bool {
        !text.unicodeScalars.contains { Self.scalars.contains($0) }
    }

    @Test(
        "names are written without it on terminals, in every format, and can be read back",
        arguments: scalars
    )
    func names(scalar: Unicode.Scalar) throws {
        let name = Array("a\(Character(scalar))b".utf8)
        for format in [KeyFormat.text, .tsv, .csv, .json] {
            let text = try writtenText([name], format, escapesDeceptive: true)
            #expect(isHarmless(text), "\(format)")
            let line = text.split(whereSeparator: \.isNewline)[0]
            #expect(WrittenNames(format).name(in: Array(line.utf8)[...]) == name, "\(format)")
        }
        #expect(isHarmless(EscapedText.text(name)))
        #expect(isHarmless(KeyNames.text(name)))
    }

    @Test("in a file a name that is text is as it is, but for control characters", arguments: scalars)
    func files(scalar: Unicode.Scalar) throws {
        let isControl = scalar.value < 0xA0
        let text = try writtenText([Array("a\(Character(scalar))b".utf8)], .text)
        #expect((text == "a\(Character(scalar))b\n") == !isControl)
    }

    @Test("messages, documents and pages are without it", arguments: scalars)
    func messages(scalar: Unicode.Scalar) {
        let text = "a\(Character(scalar))b"
        #expect(isHarmless(ConsoleText.safe(text)))
        #expect(isHarmless(JSONText.string(text).line))
        #expect(isHarmless(HTMLText.escaped(text)))
        #expect(
            isHarmless(
                ReplyText.line(.array([.bulkString(Array(text.utf8)), .error(ServerError(message: text))]))
            )
        )
    }

    @Test(
        "what people write is left as it is",
        arguments: ["é", "日本語", "👩", "❤\u{FE0F}", "עברית"]
    )
    func ordinary(text: String) throws {
        #expect(try writtenText([Array(text.utf8)], .text, escapesDeceptive: true) == text + "\n")
        #expect(ConsoleText.safe(text) == text)
    }

    @Test("bytes that are half a character do not hide what follows")
    func halves() throws {
        for name in [[0xC2, 0x1B], [0xE2, 0x80, 0x9B, 0x33], [0xF0, 0x9F, 0x1B, 0x5B], [0x9B, 0x33]]
            as [[UInt8]]
        {
            let text = try writtenText([name], .text, escapesDeceptive: true)
            #expect(!text.utf8.contains(0x1B) && String(validating: Array(text.utf8), as: UTF8.self) != nil)
        }
    }

    @Test(
        "a name that a spreadsheet would take for a formula is data, and stays what it is",
        arguments: ["=1+1", "+1", "-1", "@x"]
    )
    func formulas(name: String) throws {
        #expect(try writtenText([Array(name.utf8)], .csv) == name + "\r\n")
    }

    @Test("a page of statistics has no element, attribute or entity that comes from a name")
    func pages() {
        let text = HTMLText.escaped(#"</title><script>alert('1')</script><img src="x" onerror=y>&amp;"#)
        #expect(!text.contains { "<>\"'".contains($0) })
        #expect(text.contains("&amp;amp;"))
    }
}
