import ScanCore
import Testing

@Suite("Bounds of replies")
struct ReplyLimitTests {
    private func endless(_ announcement: String, limit: ReplyLimit) throws -> ReplyParser.Failure.Kind? {
        var parser = ReplyParser(maximumReplyBytes: 513 << 20)
        return announcement.utf8Bytes.withUnsafeBytes { bytes in
            var rest = bytes
            do throws(ReplyParser.Failure) {
                _ = try parser.next(&rest, atMost: limit.bytes)
                return nil
            } catch {
                return error.kind
            }
        }
    }

    @Test("what cannot fit is refused when it is announced, by what was asked for")
    func announced() throws {
        #expect(try endless("$536870912\r\n", limit: .data) == nil)
        #expect(try endless("$536870912\r\n", limit: .control) == .replyTooLarge)
        #expect(try endless("$33554433\r\n", limit: .control) == .replyTooLarge)
        #expect(try endless("$33554432\r\n", limit: .control) == nil)
        #expect(try endless("$300000\r\n", limit: .greeting) == .replyTooLarge)
        #expect(try endless("$9223372036854775807\r\n", limit: .data) == .replyTooLarge)
        #expect(try endless("*2097153\r\n", limit: .control) == .replyTooLarge)
        #expect(try endless("*2\r\n*3\r\n$0\r\n\r\n$40000000\r\n", limit: .control) == .replyTooLarge)
        // Not announcements.
        #expect(try endless(":99999999\r", limit: .greeting) == nil)
        #expect(try endless("+99999999999\r", limit: .greeting) == nil)
    }

    @Test("the most scattered cluster with five replicas and host names describes itself within the bound")
    func scattered() throws {
        let id = String(repeating: "a", count: 40)
        let host = String(repeating: "h", count: 63)
        let node =
            "*4\r\n$15\r\n255.255.255.255\r\n:7000\r\n$40\r\n\(id)\r\n*2\r\n$8\r\nhostname\r\n$63\r\n\(host)\r\n"
        let range = "*8\r\n:1\r\n:1\r\n" + String(repeating: node, count: 6)
        let reply = "*16384\r\n" + String(repeating: range, count: 16384)
        var parser = ReplyParser(maximumReplyBytes: 513 << 20)
        let value = try reply.utf8Bytes.withUnsafeBytes { bytes in
            var rest = bytes
            return try parser.next(&rest, atMost: ReplyLimit.control.bytes)
        }
        #expect(value?.value.array?.count == 16384)
    }
}
