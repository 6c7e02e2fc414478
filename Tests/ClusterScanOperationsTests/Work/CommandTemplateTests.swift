import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Templates of commands")
struct CommandTemplateTests {
    private static func template(_ words: String, placeholder: String = "{}") throws -> CommandTemplate {
        try CommandTemplate(
            words.split(separator: " ").map { Array($0.utf8) },
            placeholder: Array(placeholder.utf8)
        )
    }

    private static func filled(_ words: String, _ key: String, placeholder: String = "{}") throws -> String {
        let arguments = try template(words, placeholder: placeholder).filled(with: Array(key.utf8))
        return arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    @Test("the key stands where the placeholder stood, also within other text, and is not looked into")
    func filling() throws {
        #expect(try Self.filled("MEMORY USAGE {}", "a b{}") == "MEMORY USAGE a b{}")
        #expect(try Self.filled("SET copy:{}:1 x", "k") == "SET copy:k:1 x")
        #expect(try Self.filled("SET {{}}:meta x", "k") == "SET {k}:meta x")
        #expect(try Self.filled("SET @ {}", "k", placeholder: "@") == "SET k {}")
        #expect(try Self.template("MEMORY USAGE {}").keyIndex == 2)
    }

    @Test("the command goes to the slot of the key that it touches, not of the key that was found")
    func slot() throws {
        let key = Array("user:{7}".utf8)
        let embedded = try Self.template("SET copy-{} x").command(for: key, isRepeatable: true)
        #expect(embedded.slot == HashSlot(key: Array("copy-user:{7}".utf8)))
        let other = try Self.template("SET {a}{} x").command(for: key, isRepeatable: true)
        #expect(other.slot == HashSlot(key: Array("a".utf8)))
    }

    @Test(
        "anything but one placeholder behind a command is refused",
        arguments: [
            ("", CommandTemplate.Problem.noCommand), ("{} a", .noCommand), ("PING", .noPlaceholder),
            ("RENAME {} new:{}", .severalPlaceholders), ("SET {}{} x", .severalPlaceholders),
            ("SET { }", .noPlaceholder),
        ]
    )
    func problems(words: String, problem: CommandTemplate.Problem) {
        #expect(throws: problem) { try Self.template(words) }
    }
}
