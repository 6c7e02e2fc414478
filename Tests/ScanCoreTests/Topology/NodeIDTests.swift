import ScanCore
import Testing

@Suite("Node ids and run ids")
struct NodeIDTests {
    @Test(
        "forty digits come back as they were, in lower case",
        arguments: [
            "92b55fdf03dd0f130b69fba0df1849991e1e56da", "0000000000000000000000000000000000000000",
            "ffffffffffffffffffffffffffffffffffffffff", "0000000000000001000000000000000200000003",
        ]
    )
    func roundTrip(digits: String) throws {
        let id = try #require(NodeID(digits))
        #expect(id.description == digits)
        #expect(NodeID(digits.uppercased()) == id)
        #expect(RunID(digits.uppercased())?.description == digits)
        #expect(id.prefix == UInt64(digits.prefix(16), radix: 16))
        #expect(RunID(digits)?.prefix == id.prefix)
    }

    @Test(
        "anything else is no id",
        arguments: [
            "", "0", String(repeating: "a", count: 39), String(repeating: "a", count: 41),
            String(repeating: "g", count: 40), String(repeating: " ", count: 40),
            String(repeating: "a", count: 39) + "\u{0661}", "+" + String(repeating: "1", count: 39),
            "0x" + String(repeating: "1", count: 38),
        ]
    )
    func refused(text: String) {
        #expect(NodeID(text) == nil)
        #expect(RunID(text) == nil)
    }

    @Test("ids are ordered as their digits are")
    func order() {
        var random = KeyspaceRandom(seed: 3)
        let ids = (0..<500).map { _ in
            let digits = String(
                decoding: random.bytes(from: Array("0123456789abcdef".utf8), count: 40...40),
                as: UTF8.self
            )
            return NodeID(digits) ?? .standalone
        }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }

    @Test("a server without an id has one of zeros, and is shown by its address alone")
    func standalone() {
        #expect(NodeID.standalone.description == String(repeating: "0", count: 40))
        let address = NodeAddress(host: "::1", port: 6379)
        #expect(ClusterNode(id: .standalone, address: address).description == "[::1]:6379")
        #expect(ClusterNode(id: NodeID(number: 2), address: address).description == "[::1]:6379 (10000000)")
        #expect(NodeRole.replica(of: .standalone).description == "replica")
        #expect(NodeRole.primary.description == "primary")
    }
}
