import Testing
import cluster_scan

@Suite("Arguments that the system shows")
struct ProcessArgumentsTests {
    @Test(
        "of a URL the password is found, whatever is in it",
        arguments: [
            ("redis://u:secret@h:1", "secret"), ("redis://:secret@h", "secret"),
            ("--to=redis://u:a@b:c@h", "a@b:c"),
            ("rediss://u:@h", ""),
        ]
    )
    func found(text: String, password: String) throws {
        let bytes = Array(text.utf8)
        let range = try #require(ProcessArguments.passwordRange(in: bytes))
        #expect(String(decoding: bytes[range], as: UTF8.self) == password)
    }

    @Test(
        "nothing else is taken for one",
        arguments: ["redis://h:1", "redis://user@h:1", "h:1", "a:b@c", "--match", "", "://", "http://h/a:b"]
    )
    func others(text: String) {
        #expect(ProcessArguments.passwordRange(in: Array(text.utf8)) == nil)
    }
}
