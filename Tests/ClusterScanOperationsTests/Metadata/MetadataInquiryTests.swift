import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Questions about keys")
struct MetadataInquiryTests {
    private static let node = ClusterNode(id: .standalone, address: NodeAddress(host: "h", port: 7000))

    private func inquiry(_ names: [String], _ fields: Set<KeyField>) -> MetadataInquiry {
        MetadataInquiry([KeyBatch(names.map { Array($0.utf8) })], from: [Self.node], fields: fields)
    }

    private func bulk(_ text: String) -> KeyReply { .value(.bulkString(Array(text.utf8))) }
    private func integer(_ number: Int64) -> KeyReply { .value(.integer(number)) }

    @Test("what everything is called, in the order in which it is asked")
    func everything() throws {
        var inquiry = inquiry(["a"], Set(KeyField.allCases))
        #expect(inquiry.firstCommands().count == 6)
        try inquiry.take([
            .value(.simpleString(Array("hash".utf8))), integer(1500), integer(72), bulk("listpack"),
            integer(9),
            integer(5),
        ])
        #expect(inquiry.lengthCommands().count == 1)
        try inquiry.take([integer(3)])
        inquiry.finish()
        let key = inquiry.answer.keys[0]
        #expect(key.type == .hash)
        #expect(key.lifetime == .remaining(.milliseconds(1500)))
        #expect(key.memory == 72)
        #expect(key.encoding == "listpack")
        #expect(key.idle == .seconds(9))
        #expect(key.frequency == 5)
        #expect(key.length == 3)
        #expect(key.slot == HashSlot(key: "a"))
        #expect(key.node == Self.node)
        #expect(!key.isGone)
    }

    @Test("a round without commands takes no replies, whatever was asked before")
    func noLengths() throws {
        var inquiry = inquiry(["a"], [.type])
        #expect(inquiry.firstCommands().count == 1)
        try inquiry.take([.value(.simpleString(Array("hash".utf8)))])
        #expect(inquiry.lengthCommands().isEmpty)
        try inquiry.take([])
        inquiry.finish()
        #expect(inquiry.answer.keys.map(\.type) == [.hash])
    }

    @Test("slot and node cost no command")
    func free() throws {
        var inquiry = inquiry(["a", "b"], [.slot, .node])
        #expect(inquiry.firstCommands().isEmpty)
        #expect(inquiry.lengthCommands().isEmpty)
        inquiry.finish()
        #expect(inquiry.answer.keys.map(\.slot) == [HashSlot(key: "a"), HashSlot(key: "b")])
    }

    @Test("a length needs the type, which is not told when nobody asked for it")
    func lengthAlone() throws {
        var inquiry = inquiry(["a", "b", "c"], [.length])
        #expect(inquiry.firstCommands().count == 3)
        try inquiry.take([bulk("zset"), bulk("ReJSON-RL"), bulk("string")])
        // No command tells the length of a module's type.
        #expect(inquiry.lengthCommands().count == 2)
        try inquiry.take([integer(2), integer(0)])
        inquiry.finish()
        #expect(inquiry.answer.keys.map(\.length) == [2, nil, 0])
        #expect(inquiry.answer.keys.allSatisfy { $0.type == nil && !$0.isGone })
    }

    @Test(
        "a key that any reply says is gone has nothing left but slot and node",
        arguments: [
            [.value(.simpleString(Array("none".utf8))), .value(.integer(-2)), .value(.null)],
            [.value(.simpleString(Array("set".utf8))), .value(.integer(-2)), .value(.integer(70))],
            [.value(.simpleString(Array("set".utf8))), .value(.integer(-1)), .value(.null)],
        ] as [[KeyReply]]
    )
    func gone(replies: [KeyReply]) throws {
        var inquiry = inquiry(["a"], [.type, .ttl, .memory, .length, .slot])
        _ = inquiry.firstCommands()
        try inquiry.take(replies)
        #expect(inquiry.lengthCommands().isEmpty)
        try inquiry.take([])
        inquiry.finish()
        let key = inquiry.answer.keys[0]
        #expect(key.isGone)
        #expect(key.type == nil && key.lifetime == nil && key.memory == nil && key.slot != nil)
    }

    @Test("a collection without elements is gone; a string or a stream may be empty")
    func empty() throws {
        var inquiry = inquiry(["a", "b", "c"], [.type, .length])
        _ = inquiry.firstCommands()
        try inquiry.take([bulk("list"), bulk("string"), bulk("stream")])
        _ = inquiry.lengthCommands()
        try inquiry.take([integer(0), integer(0), integer(0)])
        inquiry.finish()
        #expect(inquiry.answer.keys.map(\.isGone) == [true, false, false])
    }

    @Test("a refusal leaves one thing unknown, and is told once")
    func refusal() throws {
        var inquiry = inquiry(["a", "b"], [.ttl, .freq])
        _ = inquiry.firstCommands()
        let refused = KeyReply.error(ServerError(message: "ERR An LFU maxmemory policy is not selected"))
        try inquiry.take([integer(-1), refused, integer(5), refused])
        inquiry.finish()
        #expect(inquiry.answer.keys.map(\.lifetime) == [.unlimited, .remaining(.milliseconds(5))])
        #expect(inquiry.answer.keys.map(\.frequency) == [nil, nil])
        #expect(Array(inquiry.answer.refusals.keys) == [.freq])
    }

    @Test("a key whose type changed in between has no length, and nobody is told of a refusal")
    func changed() throws {
        var inquiry = inquiry(["a"], [.length])
        _ = inquiry.firstCommands()
        try inquiry.take([bulk("list")])
        _ = inquiry.lengthCommands()
        try inquiry.take([.error(ServerError(message: "WRONGTYPE Operation against a key"))])
        inquiry.finish()
        #expect(inquiry.answer.keys[0].length == nil)
        #expect(inquiry.answer.refusals.isEmpty)
    }

    @Test("what no node answered is an error, never an empty column")
    func unreachable() throws {
        var inquiry = inquiry(["a"], [.ttl])
        _ = inquiry.firstCommands()
        let error = ClusterScanError(.unreachable, "no answer")
        #expect(throws: ClusterScanError.self) { try inquiry.take([.unreachable(error)]) }
    }
}
