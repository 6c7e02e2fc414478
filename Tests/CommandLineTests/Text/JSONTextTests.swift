import Testing
import cluster_scan

@Suite("JSON documents")
struct JSONTextTests {
    @Test("members keep their order, and strings are escaped")
    func document() {
        let document = JSONText.object([
            ("b", .array([.number(1), .null, .bool(true)])),
            ("a", .string("\"\\\n\u{1F}é")),
            ("empty", .array([])),
            ("nothing", .object([])),
        ])
        #expect(
            document.text == #"""
                {
                  "b": [
                    1,
                    null,
                    true
                  ],
                  "a": "\"\\\n\u001fé",
                  "empty": [],
                  "nothing": {}
                }
                """#
        )
    }
}
