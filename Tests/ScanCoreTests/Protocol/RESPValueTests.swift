import ScanCore
import Testing

@Suite("Reply values")
struct RESPValueTests {
    @Test("an accessor gives nothing for a value of another kind")
    func accessors() {
        #expect(RESPValue.simpleString([79, 75]).string == "OK")
        #expect(RESPValue.bulkString([0xFF]).bytes == [0xFF])
        #expect(RESPValue.bulkString([0xFF]).string == "\u{FFFD}")
        #expect(RESPValue.integer(7).integer == 7)
        #expect(RESPValue.array([.null]).array == [.null])
        let error = RESPValue.error(ServerError(message: "ERR no"))
        #expect(error.string == nil && error.bytes == nil && error.array == nil && error.integer == nil)
        #expect(RESPValue.bulkString([55]).integer == nil)
        #expect(RESPValue.integer(7).string == nil)
    }
}

@Suite("Redirection")
struct RedirectionTests {
    let asked = NodeAddress(host: "10.0.0.1", port: 7000)

    private func redirection(_ message: String) -> Redirection? {
        Redirection(ServerError(message: message), askedAt: asked)
    }

    @Test("MOVED and ASK name a slot and a server")
    func hosts() throws {
        let moved = try #require(redirection("MOVED 3999 127.0.0.1:6381"))
        #expect(moved.kind == .moved && moved.slot == 3999)
        #expect(moved.address == NodeAddress(host: "127.0.0.1", port: 6381))
        let ask = try #require(redirection("ASK 0 redis-1.example.org:6379"))
        #expect(ask.kind == .ask && ask.slot == 0)
        #expect(ask.address == NodeAddress(host: "redis-1.example.org", port: 6379))
    }

    @Test("without a host the host that was asked is meant")
    func emptyHost() {
        #expect(redirection("MOVED 1 :7001")?.address == NodeAddress(host: "10.0.0.1", port: 7001))
    }

    @Test("the port of an IPv6 address stands after the last colon")
    func ipv6() {
        #expect(redirection("MOVED 1 ::1:7000")?.address == NodeAddress(host: "::1", port: 7000))
        #expect(NodeAddress(host: "::1", port: 7000).description == "[::1]:7000")
    }

    @Test(
        "any other error is no redirection",
        arguments: [
            "ERR unknown command", "MOVED", "MOVED 1", "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED 1 a",
            "MOVED 1 a:0",
            "MOVED 1 a:65536", "MOVED 1 a:b", "MOVED 1 a:1 more", "TRYAGAIN 1 a:1",
        ]
    )
    func others(message: String) {
        #expect(redirection(message) == nil)
    }
}
