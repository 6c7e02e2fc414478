import ClusterScan
import Testing
import cluster_scan

@Suite("Replies as text")
struct ReplyTextTests {
    private static let odd: [UInt8] = [0x61, 0xFF, 0x0A]
    private static let nested = RESPValue.array([
        .bulkString(Array("a\"b".utf8)), .integer(-1), .null, .array([]),
        .error(ServerError(message: "ERR x\n")), .bulkString(odd),
    ])

    @Test("every reply is one line for people")
    func text() {
        #expect(ReplyText.line(.simpleString(Array("OK".utf8))) == "OK")
        #expect(ReplyText.line(.bulkString(Self.odd)) == #"a\xff\n"#)
        #expect(ReplyText.line(.null) == "(nil)")
        #expect(ReplyText.line(Self.nested) == #"["a\"b", -1, (nil), [], (error) ERR x\n, "a\xff\n"]"#)
    }

    @Test("JSON loses nothing: bytes that are not UTF-8, and numbers that readers round")
    func json() {
        #expect(
            JSONText(Self.nested).line == #"["a\"b",-1,null,[],{"error":"ERR x\n"},{"base64":"Yf8K"}]"#
        )
        #expect(JSONText(.integer(1 << 53)).line == "9007199254740992")
        #expect(JSONText(.integer(.min)).line == #""-9223372036854775808""#)
        #expect(JSONText.object([JSONText.member("key", Self.odd)]).line == #"{"key_base64":"Yf8K"}"#)
        #expect(JSONText.object([JSONText.member("key", [0x61])]).line == #"{"key":"a"}"#)
    }

    @Test("names are escaped as the text format does it")
    func names() throws {
        for name in awkwardNames + randomNames(count: 500, seed: 3) {
            let line = try writtenText([name], .text, escapesDeceptive: true)
            #expect(EscapedText.text(name) + "\n" == line)
        }
    }
}
