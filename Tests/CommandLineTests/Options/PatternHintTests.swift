import ClusterScan
import Testing
import cluster_scan

@Suite("Globs that are often meant otherwise")
struct PatternHintTests {
    private func hint(_ glob: String) -> PatternHint { PatternHint(GlobPattern(glob)) }

    @Test(
        "alternatives as in a shell are explained where nothing matches",
        arguments: ["{hell*,wor*}", "a{b,c}:*"]
    )
    func alternatives(glob: String) throws {
        #expect(try #require(hint(glob).nothingFound).contains("no alternatives"))
        #expect(hint(glob).danger == nil)
    }

    @Test("a name in brackets is explained where nothing matches, and before keys are changed")
    func brackets() throws {
        for words in [hint("[rate]x").nothingFound, hint("[rate]*").danger] {
            let words = try #require(words)
            #expect(words.contains(#"\[rate]"#) && words.contains("one of the characters"))
        }
    }

    @Test("a byte as messages write it is explained where nothing matches")
    func escapes() throws {
        let words = try #require(hint(#"\xac\xed*"#).nothingFound)
        #expect(words.contains(#"\xac stands for a byte with --escaped"#))
        #expect(hint(#"\x*"#).nothingFound == nil)
    }

    @Test(
        "what says what it means is left alone",
        arguments: ["user:*", "{user:42}:*", #"\[rate]*"#, "a{b", "a[", "{a}b,c"]
    )
    func plain(glob: String) {
        #expect(hint(glob).nothingFound == nil)
        #expect(hint(glob).danger == nil)
    }

    @Test("classes are no danger", arguments: ["user:[0-9]*", "h[ae]llo", "[^abc]*"])
    func classes(glob: String) {
        #expect(hint(glob).danger == nil)
    }
}
