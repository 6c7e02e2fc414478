import ClusterScan
import NIOCore
import Testing

@Suite("Commands on keys")
struct KeyCommandTests {
    private static let odd: [UInt8] = [0, 13, 10, 36, 42, 255]

    @Test(
        "a command looks on the wire as hiredis formats it",
        arguments: [0, 1, 9, 10, 99, 100, 999, 1000, 100_000]
    )
    func wire(size: Int) {
        let value = [UInt8](repeating: 120, count: size)
        let arguments = [Array("SET".utf8), Self.odd, value, [], Array("KEEPTTL".utf8)]
        let command = KeyCommand(arguments, keyAt: 1, isRepeatable: true)
        #expect(sent([command]) == Array(buffer: Command(arguments).encoded))
        let same = KeyCommand("SET", key: Self.odd, Array(arguments[2...]), isRepeatable: true)
        #expect(sent([same]) == Array(buffer: Command(arguments).encoded))
        let many = [[UInt8]](repeating: value, count: 12)
        #expect(
            sent([KeyCommand(many, keyAt: 11, isRepeatable: true)]) == Array(buffer: Command(many).encoded)
        )
    }

    @Test("a name of two words is two arguments, and the key is found by its position")
    func names() {
        let command = KeyCommand("MEMORY USAGE", key: "{tag}k".utf8, isRepeatable: true)
        #expect(sent([command]) == Array(buffer: Command("MEMORY", "USAGE", "{tag}k").encoded))
        #expect(command.slot == HashSlot(key: "tag"))
        let arguments = ["OBJECT", "ENCODING", "k"].map { Array($0.utf8) }
        #expect(KeyCommand(arguments, keyAt: 2, isRepeatable: true).slot == HashSlot(key: "k"))
        let lazy = KeyCommand("TTL", key: [[107], [49]].joined(), isRepeatable: true)
        #expect(lazy.slot == HashSlot(key: "k1"))
        #expect(sent([lazy]) == Array(buffer: Command("TTL", "k1").encoded))
    }

    @Test("small commands share a piece, large ones are sent as they lie")
    func pieces() {
        let large = [UInt8](repeating: 1, count: 1 << 20)
        let commands = [
            KeyCommand("GET", key: [1], isRepeatable: true),
            KeyCommand("GET", key: [2], isRepeatable: true),
            KeyCommand("SET", key: [3], [large], isRepeatable: true),
            KeyCommand("GET", key: [4], isRepeatable: true),
        ]
        #expect(pieces(of: commands).count == 3)
        let expected = [[[UInt8]]]([
            [Array("GET".utf8), [1]], [Array("GET".utf8), [2]], [Array("SET".utf8), [3], large],
            [Array("GET".utf8), [4]],
        ])
        #expect(sent(commands) == expected.flatMap { Array(buffer: Command($0).encoded) })
    }

    @Test("values stay out of descriptions")
    func description() {
        let command = KeyCommand("SET", key: "k".utf8, [Array("secret".utf8)], isRepeatable: true)
        var text = ""
        dump(command, to: &text)
        #expect(!(text + "\(command)").contains("secret"))
        #expect("\(command)" == "KeyCommand(slot 7629, 32 bytes)")
    }

    @Test("a reply takes 16 bytes")
    func replySize() {
        #expect(MemoryLayout<KeyReply>.stride == 16)
    }

    private func sent(_ commands: [KeyCommand]) -> [UInt8] {
        pieces(of: commands).flatMap { Array(buffer: $0) }
    }

    private func pieces(of commands: [KeyCommand]) -> [ByteBuffer] {
        var router = CommandRouter(commands, owners: RouterScript.owners(["a": 0...16383]))
        guard case .connect(let lane, _) = router.nextAction(now: .zero) else { return [] }
        router.connected(lane: lane)
        guard case .write(let burst) = router.nextAction(now: .zero) else { return [] }
        return burst.wire(of: commands)
    }
}
