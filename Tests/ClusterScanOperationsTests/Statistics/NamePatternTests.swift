import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Patterns of names")
struct NamePatternTests {
    private static func pattern(_ name: [UInt8]) -> String {
        name.withUnsafeBytes { NamePattern.segments(of: $0).joined() }
    }

    @Test(
        "numbers, UUIDs, hashes and random words are ids; words are not",
        arguments: [
            ("user:42:profile", "user:*:profile"),
            ("{user:42}:cart", "{user:*}:cart"),
            ("user42:cart", "user*:cart"),
            ("session:550e8400-e29b-41d4-a716-446655440000", "session:*"),
            ("sess-550e8400-face-beef-dead-446655440000-x", "sess-*-x"),
            ("cache:d41d8cd98f00b204e9800998ecf8427e", "cache:*"),
            ("token/V1StGXR8_Z5jdHi6B-myT", "token/*"),
            ("event:01ARZ3NDEKTSV4RRFFQ69G5FAV:seen", "event:*:seen"),
            ("stats:2026-11-21:visits", "stats:*:visits"),
            ("ip:192.168.0.1", "ip:*"),
            ("mail:someone@example.org", "mail:*"),
            ("api:v2:users", "api:v2:users"),
            ("user_profile_settings", "user_profile_settings"),
            ("counter", "counter"),
            ("", ""),
            (":::", ":::"),
            ("queue::jobs", "queue::jobs"),
            ("a*b:[x]:1", "a\\*b:\\[x]:*"),
            ("ключ:7", "ключ:*"),
        ]
    )
    func shapes(name: String, expected: String) {
        #expect(Self.pattern(Array(name.utf8)) == expected)
    }

    @Test("bytes that are no text, and text that is long or deep, become *")
    func odd() {
        #expect(Self.pattern([0, 0xFF, 0xFE]) == "*")
        #expect(Self.pattern(Array("blob:".utf8) + [0x80, 0x81] + Array(":x".utf8)) == "blob:*:x")
        #expect(Self.pattern(Array("line\nfeed:x".utf8)) == "*:x")
        #expect(Self.pattern([UInt8](repeating: 0x61, count: 1_000)) == "*")
        #expect(Self.pattern(Array(String(repeating: "a:", count: 1_000).utf8)).utf8.count < 40)
    }

    @Test(
        "a pattern matches, as a glob of the servers, the name it was made of",
        arguments: [5, 6] as [UInt64]
    )
    func matches(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let alphabet = Array("abz09AFv:/|#{}.-_*?[]\\@ \n".utf8) + [0, 0x80, 0xC3, 0xA9, 0xFF]
        for _ in 0..<20_000 {
            let name = random.bytes(from: alphabet, count: 0...60)
            let pattern = Self.pattern(name)
            #expect(GlobPattern(pattern).matches(name), "\(pattern) of \(name)")
        }
    }
}
