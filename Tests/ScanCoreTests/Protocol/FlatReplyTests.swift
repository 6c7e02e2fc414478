import ScanCore
import Testing

@Suite("Flat reply")
struct FlatReplyTests {
    @Test("a page of SCAN is its cursor and its keys, byte for byte")
    func scanPage() throws {
        let page = try reply(
            "*2\r\n$20\r\n18446744073709551615\r\n*3\r\n$1\r\na\r\n$0\r\n\r\n$3\r\n\u{0}\r\n\r\n"
        )
        .scanPage()
        #expect(page.cursor == .max)
        #expect(page.keys.map(\.bytes) == [[97], [], [0, 13, 10]])
        #expect(page.keys.byteCount == 4)
    }

    @Test("an empty page is a page")
    func emptyPage() throws {
        let page = try reply("*2\r\n$1\r\n0\r\n*0\r\n").scanPage()
        #expect(page.cursor == 0)
        #expect(page.keys.isEmpty)
        #expect(page.keys.byteCount == 0)
    }

    @Test(
        "a cursor that is not an unsigned 64-bit decimal number is refused",
        arguments: [
            "", "-1", "+1", "01", "1 ", "0x1", "1a", "18446744073709551616", "99999999999999999999999",
        ]
    )
    func badCursor(cursor: String) throws {
        let reply = try reply("*2\r\n$\(cursor.utf8.count)\r\n\(cursor)\r\n*0\r\n")
        #expect(throws: ReplyError.self) { try reply.scanPage() }
    }

    @Test(
        "a reply of another form is no page",
        arguments: [
            "+OK\r\n", ":1\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "*1\r\n$1\r\n0\r\n", "*2\r\n:0\r\n*0\r\n",
            "*2\r\n$1\r\n0\r\n$1\r\na\r\n", "*2\r\n$1\r\n0\r\n*-1\r\n", "*2\r\n*0\r\n*0\r\n",
            "*3\r\n$1\r\n0\r\n*0\r\n*0\r\n", "*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n",
            "*2\r\n$1\r\n0\r\n*1\r\n:1\r\n",
            "*2\r\n$1\r\n0\r\n*1\r\n*0\r\n", "*2\r\n$1\r\n0\r\n*1\r\n*1\r\n$1\r\na\r\n",
            "*2\r\n$1\r\n0\r\n*1\r\n-ERR x\r\n",
        ]
    )
    func noPage(wire: String) throws {
        let reply = try reply(wire)
        #expect(throws: ReplyError.self) { try reply.scanPage() }
    }

    @Test("an error reply is thrown with its code, whatever was asked for")
    func serverError() throws {
        let reply = try reply("-LOADING Redis is loading the dataset in memory\r\n")
        let error = ServerError(message: "LOADING Redis is loading the dataset in memory")
        #expect(error.code == "LOADING")
        #expect(reply.error == error)
        #expect(throws: ReplyError.server(error)) { try reply.scanPage() }
    }

    private func reply(_ wire: String) throws -> FlatReply {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        var replies: [FlatReply] = []
        #expect(parser.failure(wire.utf8Bytes) { replies.append($0) } == nil)
        #expect(replies.count == 1)
        return try #require(replies.first)
    }
}
