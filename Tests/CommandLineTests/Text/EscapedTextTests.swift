import ClusterScan
import Testing
import cluster_scan

@Suite("Text format")
struct EscapedTextTests {
    @Test("a name is shown as it is when it is printable, and escaped when it is not")
    func examples() throws {
        #expect(try writtenText([Array("user:{42}:é日👩".utf8)], .text) == "user:{42}:é日👩\n")
        #expect(
            try writtenText([Array("a\nb\rc\td\\e\0f\u{1B}\u{7F}".utf8)], .text)
                == #"a\nb\rc\td\\e\x00f\x1b\x7f"# + "\n"
        )
        #expect(try writtenText([[0x61, 0xFF, 0xC3], [0xC0, 0x80]], .text) == "a\\xff\\xc3\n\\xc0\\x80\n")
        #expect(try writtenText([Array("\u{9B}31m".utf8)], .text) == #"\xc2\x9b31m"# + "\n")
        #expect(try writtenText([[]], .text) == "\n")
    }

    @Test("characters that can deceive the eye are escaped on terminals only")
    func deceptive() throws {
        let name = Array("a\u{202E}b\u{200B}c\u{2028}".utf8)
        #expect(try writtenText([name], .text) == "a\u{202E}b\u{200B}c\u{2028}\n")
        #expect(
            try writtenText([name], .text, escapesDeceptive: true)
                == #"a\xe2\x80\xaeb\xe2\x80\x8bc\xe2\x80\xa8"# + "\n"
        )
        #expect(try writtenText([Array("é日👩".utf8)], .text, escapesDeceptive: true) == "é日👩\n")
    }

    @Test(
        "every name can be read back, whatever its bytes and however small the blocks",
        arguments: [8, 9, 64, 1 << 16]
    )
    func roundTrip(capacity: Int) throws {
        let names = awkwardNames + randomNames(count: 2000, seed: 1)
        for escapesDeceptive in [false, true] {
            let text = try written(names, .text, capacity: capacity, escapesDeceptive: escapesDeceptive).bytes
            let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            #expect(lines.map { EscapedText.decode($0) } == names)
        }
    }

    @Test("the text is UTF-8 without control characters")
    func isPrintable() throws {
        let text = try written(awkwardNames + randomNames(count: 2000, seed: 2), .text).bytes
        let string = try #require(String(validating: text, as: UTF8.self))
        #expect(!string.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    @Test(
        "a backslash that the format does not have is refused",
        arguments: [#"\"#, #"\q"#, #"\x4"#, #"\xg0"#, #"\x"#]
    )
    func malformed(text: String) {
        #expect(EscapedText.decode(text.utf8) == nil)
    }

    @Test("as a pattern, a name that was written matches itself, and globs remain what they are")
    func patterns() throws {
        for name in awkwardNames {
            let text = EscapedText.text(name).utf8.flatMap { byte in
                // What the text format does not escape, the glob has to.
                "*?[".utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
            }
            let bytes = try #require(EscapedText.decode(text, isPattern: true))
            #expect(name.withUnsafeBytes { GlobPattern(bytes: bytes).matches($0) }, "\(name)")
            #expect(GlobPattern(bytes: bytes).impliedSlots.slots.count == 1 || name.isEmpty, "\(name)")
        }
        func decoded(_ text: String) -> [UInt8]? { EscapedText.decode(text.utf8, isPattern: true) }
        #expect(decoded(#"\xac\xed\x00\x05t*"#) == [0xAC, 0xED, 0, 5, 0x74, 0x2A])
        #expect(decoded(#"\x2a\*[\x80-\xff^]"#) == Array(#"\*\*["#.utf8) + [0x80, 0x2D, 0xFF, 0x5E, 0x5D])
        #expect(decoded(#"a\\b"#) == Array(#"a\\b"#.utf8))
        #expect(decoded(#"\q"#) == nil)
    }
}
