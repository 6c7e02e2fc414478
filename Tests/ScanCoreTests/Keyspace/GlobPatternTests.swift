import ScanCore
import Testing

@Suite struct GlobPatternTests {
    @Test("a pattern matches what a real server matches")
    func matchesOfARealServer() throws {
        for line in try TestVectors.lines(of: "glob") {
            let pattern = GlobPattern(bytes: try TestVectors.bytes(line[0]))
            #expect(pattern.matches(try TestVectors.bytes(line[1])) == (line[2] == "1"), "\(line)")
        }
    }

    @Test("the empty key is found by the empty pattern and a lone *, and by nothing else")
    func emptyKey() {
        #expect(GlobPattern("").matches([]))
        #expect(GlobPattern("*").matches([]))
        for pattern in ["**", "?", "[^]*", "\\", "a"] {
            #expect(!GlobPattern(pattern).matches([]), "\(pattern)")
        }
        #expect(!GlobPattern("").matches("a".utf8))
    }

    /// How many of the 256 keys of one byte Redis 7.0.15 on x86-64 returned.
    static let classes: [(pattern: [UInt8], count: Int)] = [
        ([0x5b, 0x61, 0x2d, 0xff, 0x5d], 99),
        ([0x5b, 0x80, 0x2d, 0x61, 0x5d], 226),
        ([0x5b, 0x80, 0x2d, 0xff, 0x5d], 128),
        (Array("[^a-".utf8) + [0x90, 0x5d], 46),
        (Array("[^".utf8), 256),
        (Array("[".utf8), 0),
        (Array("[a-]".utf8), 5),
        (Array("[]-a]".utf8), 0),
        (Array("[\\]-a]".utf8), 3),
    ]

    @Test("a class has as many bytes as on a real server", arguments: classes)
    func classSizes(pattern: [UInt8], count: Int) {
        let glob = GlobPattern(bytes: pattern)
        #expect((UInt8.min...UInt8.max).filter { glob.matches([$0]) }.count == count)
    }

    @Test("ranges across 0x80 are known to depend on the server's processor, others not to")
    func variesByPlatform() {
        #expect(GlobPattern(bytes: [0x5b, 0x61, 0x2d, 0xff, 0x5d]).variesByPlatform)
        #expect(!GlobPattern(bytes: [0x5b, 0x80, 0x2d, 0xff, 0x5d]).variesByPlatform)
        #expect(!GlobPattern("[z-a]é*?\\").variesByPlatform)
    }

    @Test("* nested more than 1,000 times matches nothing, as on a real server")
    func nestingLimit() {
        let key = [UInt8](repeating: UInt8(ascii: "a"), count: 3_000)
        func pattern(_ part: String, _ count: Int) -> GlobPattern {
            GlobPattern(String(repeating: part, count: count))
        }
        #expect(pattern("a*", 1_001).matches(key))
        #expect(!pattern("a*", 1_002).matches(key))
        #expect(pattern("*a", 1_000).matches(key))
        #expect(!pattern("*a", 1_001).matches(key))
    }

    @Test("a hostile pattern takes no exponential time")
    func hostilePattern() {
        let pattern = GlobPattern(String(repeating: "a*", count: 900) + "b")
        let key = [UInt8](repeating: UInt8(ascii: "a"), count: 5_000)
        let time = ContinuousClock().measure { #expect(!pattern.matches(key)) }
        #expect(time < .seconds(30))
    }

    @Test("* gives back what a later part of the pattern needs")
    func backtracking() {
        #expect(GlobPattern("*aab*ab").matches("aaabaaab".utf8))
        #expect(GlobPattern("*a?b").matches("aacaxb".utf8))
        #expect(!GlobPattern("*ab*ab").matches("xab".utf8))
        #expect(GlobPattern("a***").matches(AnySequence("a".utf8)))
    }

    @Test("patterns are equal when they are written alike")
    func equality() {
        #expect(GlobPattern("h[ae]llo") == GlobPattern(bytes: Array("h[ae]llo".utf8)))
        #expect(GlobPattern("a*") != GlobPattern("a**"))
        #expect(Set([GlobPattern("a"), GlobPattern("a")]).count == 1)
    }

    @Test("a pattern is shown as text, with codes for what is no text")
    func description() {
        #expect(GlobPattern("clé:*").description == "clé:*")
        #expect(GlobPattern(bytes: [0x61, 0xff, 0x0a, 0x2a]).description == "a\\xff\\x0a*")
    }
}
