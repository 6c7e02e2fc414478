import ClusterScan
import ClusterScanOperations
import Testing

@Suite("What commands are fit for every key")
struct CommandFactsTests {
    private let key = Array("sample".utf8)

    private func objection(_ name: String, _ flags: Set<String>, keys: [String] = ["sample"]) -> String? {
        CommandFacts(name: name, flags: flags, keys: keys.map { Array($0.utf8) }).objection(key: key)
    }

    @Test("a command on one key, in the place of the placeholder, is fit")
    func fit() {
        #expect(objection("memory|usage", ["readonly"]) == nil)
        #expect(objection("set", ["write", "denyoom"]) == nil)
    }

    @Test("a command on no key, on several, or with its key elsewhere is not")
    func keys() throws {
        #expect(try #require(objection("config|get", [], keys: [])).contains("no command on a key"))
        #expect(try #require(objection("mget", ["readonly"], keys: ["sample", "b"])).contains("2 keys"))
        #expect(try #require(objection("mget", ["readonly"], keys: ["sample", "sample"])).contains("2 keys"))
        #expect(try #require(objection("set", ["write"], keys: ["other"])).contains("placeholder"))
    }

    @Test(
        "blocking, administrative and other unsafe commands are not",
        arguments: [
            ("blpop", ["write", "blocking"]), ("debug", ["admin"]), ("spublish", ["pubsub"]),
            ("restore-asking", ["write", "asking"]), ("watch", ["fast"]), ("migrate", ["write"]),
        ]
    )
    func unsafe(name: String, flags: [String]) throws {
        #expect(try #require(objection(name, Set(flags))).hasPrefix(name.uppercased()))
    }

    /// Entries as 6.2.5 gives them, and in the last line as 5.0 does, which has no categories.
    @Test(
        "before Redis 7.0 the category tells that a command blocks, before 6.0 its name",
        arguments: [
            ("blpop", ["write", "noscript"], ["@write", "@list", "@slow", "@blocking"]),
            ("bzpopmax", ["write", "noscript", "fast"], ["@write", "@sortedset", "@fast", "@blocking"]),
            ("blpop", ["write", "noscript"], nil),
        ] as [(String, [String], [String]?)]
    )
    func blockingBefore7(name: String, flags: [String], categories: [String]?) throws {
        func texts(_ texts: [String]) -> RESPValue { .array(texts.map { .simpleString(Array($0.utf8)) }) }
        let entry = RESPValue.array(
            [
                .bulkString(Array(name.utf8)), .integer(-3), texts(flags), .integer(1), .integer(-2),
                .integer(1),
            ]
                + (categories.map { [texts($0)] } ?? [])
        )
        let facts = try #require(CommandFacts(entry, subcommand: nil, keys: [key]))
        #expect(try #require(facts.objection(key: key)).contains("may block"))
    }

    @Test("only what the server calls read-only counts so: scripts may write")
    func readOnly() {
        #expect(CommandFacts(name: "get", flags: ["readonly", "fast"], keys: []).isReadOnly)
        #expect(!CommandFacts(name: "eval", flags: ["noscript", "movablekeys"], keys: []).isReadOnly)
        #expect(!CommandFacts(name: "getex", flags: ["write"], keys: []).isReadOnly)
    }

    @Test("of a command with subcommands, the subcommand's own flags count")
    func subcommands() throws {
        func text(_ text: String) -> RESPValue { .bulkString(Array(text.utf8)) }
        func entry(_ name: String, _ flags: [String], _ subcommands: [RESPValue] = []) -> RESPValue {
            .array(
                [text(name), .integer(-2), .array(flags.map(text)), .integer(0), .integer(0), .integer(0)]
                    + [.array([]), .array([]), .array([]), .array(subcommands)]
            )
        }
        let object = entry(
            "object",
            [],
            [entry("object|help", ["loading"]), entry("object|freq", ["readonly"])]
        )
        let facts = try #require(CommandFacts(object, subcommand: Array("FREQ".utf8), keys: [key]))
        #expect(facts.name == "object|freq")
        #expect(facts.isReadOnly)
        #expect(CommandFacts(object, subcommand: Array("nope".utf8), keys: []) == nil)
        #expect(CommandFacts(.null, subcommand: nil, keys: []) == nil)
        // Before Redis 7.0 entries end with the categories.
        let old = RESPValue.array([text("memory"), .integer(-2), .array([text("readonly")]), .integer(0)])
        #expect(CommandFacts(old, subcommand: Array("USAGE".utf8), keys: [key])?.isReadOnly == true)
    }
}
