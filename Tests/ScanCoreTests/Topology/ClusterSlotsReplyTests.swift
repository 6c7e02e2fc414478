import ScanCore
import Testing

@Suite("CLUSTER SLOTS")
struct ClusterSlotsReplyTests {
    let asked = NodeAddress(host: "seed.example.com", port: 6379)
    let ids = CapturedReplies.nodes

    private func topology(_ wire: String) throws -> ClusterTopology {
        try ClusterSlotsReply(CapturedReplies.value(wire), asked: asked).topology
    }

    @Test("a real reply gives primaries in the order of their ids, with their replicas and slots")
    func realReply() throws {
        let topology = try topology(CapturedReplies.slots)
        #expect(topology.isCluster)
        #expect(topology.servedSlots == .all)
        #expect(topology.shards.map(\.primary.id) == [ids[2], ids[1], ids[0]])
        #expect(topology.shards.map(\.primary.address.port) == [12987, 12892, 14558])
        #expect(topology.shards.map(\.slots.description) == ["10923-16383", "5461-10922", "0-5460"])
        #expect(topology.shards.map { $0.replicas.map(\.id) } == [[ids[5]], [ids[4]], [ids[3]]])
        #expect(topology.shards.map { $0.replicas.map(\.address.port) } == [[11078], [12819], [15600]])
    }

    @Test("the ranges of one node become one shard, replicas that failed are gone")
    func severalRanges() throws {
        let topology = try topology(CapturedReplies.slotsAfterMove)
        #expect(topology.servedSlots == .all)
        let byPrimary = Dictionary(uniqueKeysWithValues: topology.shards.map { ($0.primary.id, $0) })
        #expect(byPrimary.count == 4)
        #expect(byPrimary[ids[0]]?.slots.description == "0-92,94-5460")
        #expect(byPrimary[ids[0]]?.replicas.count == 1)
        #expect(byPrimary[ids[6]]?.slots.description == "93")
        #expect(byPrimary[ids[6]]?.replicas == [])
        #expect(byPrimary[ids[2]]?.replicas == [])
    }

    @Test(
        "an open endpoint stands for the host that was asked, with the port given",
        arguments: [
            CapturedReplies.slotsWithUnknownEndpoints, CapturedReplies.slotsOfLoneNode,
        ]
    )
    func openEndpoint(wire: String) throws {
        for shard in try topology(wire).shards {
            #expect(shard.primary.address.host == "seed.example.com")
            #expect([14558, 12892, 12987, 10917].contains(shard.primary.address.port))
        }
    }

    @Test("slots of a primary without an address are out of reach, with the reason; the others are not")
    func lostAddress() throws {
        func node(_ endpoint: String, _ port: Int, _ digit: Character) -> RESPValue {
            let id = String(repeating: digit, count: 40)
            return .array([
                .bulkString(Array(endpoint.utf8)), .integer(Int64(port)), .bulkString(Array(id.utf8)),
            ])
        }
        let entries: [RESPValue] = [
            .array([.integer(0), .integer(99), node("", 0, "a")]),
            .array([.integer(100), .integer(8000), node("127.0.0.1", 7001, "b")]),
            .array([.integer(8001), .integer(8001), node("", 0, "a")]),
        ]
        let topology = try ClusterSlotsReply(.array(entries), asked: asked).topology
        #expect(topology.servedSlots.description == "100-8000")
        #expect(topology.unaddressed.map(\.slots.description) == ["0-99,8001"])
        #expect(topology.unaddressed.first?.reason.contains("lost the address") == true)
        #expect(throws: TopologyError.self) {
            try ClusterSlotsReply(.array([entries[0]]), asked: asked)
        }
    }

    @Test("an IPv6 endpoint is taken as it is")
    func ipv6() throws {
        let shards = try topology(CapturedReplies.slotsOverIPv6).shards
        #expect(shards.map(\.primary.address) == [NodeAddress(host: "::1", port: 10917)])
        #expect(shards[0].primary.address.description == "[::1]:10917")
    }

    @Test("a primary whose hostname is unknown is named, with what to do about it")
    func unknownHostname() throws {
        let reply = try CapturedReplies.value(CapturedReplies.slotsWithHostnames)
        let error = #expect(throws: TopologyError.self) { try ClusterSlotsReply(reply, asked: asked) }
        #expect(error?.description.contains(ids[1].description) == true)
        #expect(error?.description.contains("cluster-announce-hostname") == true)
    }

    @Test("a replica whose hostname or port is unknown is left out")
    func unknownReplica() throws {
        let replicas: [RESPValue] = [node(1, host: "?"), node(2, port: 0), node(3, host: "replica")]
        let reply = RESPValue.array([.array([.integer(0), .integer(16383), node(0)] + replicas)])
        let shards = try ClusterSlotsReply(reply, asked: asked).topology.shards
        #expect(shards.map { $0.replicas.map(\.address.host) } == [["replica"]])
    }

    @Test("a node without a port for this kind of connection is named")
    func noPort() {
        let reply = RESPValue.array([.array([.integer(0), .integer(16383), node(0, port: 0)])])
        let error = #expect(throws: TopologyError.self) { try ClusterSlotsReply(reply, asked: asked) }
        #expect(error?.description.contains("TLS") == true)
    }

    @Test("the TLS port is the one given; metadata of 7.0 in any shape is passed over")
    func metadata() throws {
        let metadata: [RESPValue] = [
            .array([]), .null, .integer(7), .array([text("hostname"), text("a.example.com")]),
            .array([.array([])]),
        ]
        for extra in metadata {
            let entry = RESPValue.array([
                .integer(5), .integer(5), .array([text("10.0.0.1"), .integer(6390), id(4), extra]),
            ])
            let topology = try ClusterSlotsReply(.array([entry]), asked: asked).topology
            #expect(topology.shards.map(\.primary.address) == [NodeAddress(host: "10.0.0.1", port: 6390)])
            #expect(topology.servedSlots.description == "5")
        }
    }

    @Test("a cluster that serves few slots or none is described as it is")
    func partlyCovered() throws {
        #expect(try ClusterSlotsReply(.array([]), asked: asked).topology.shards.isEmpty)
        let reply = RESPValue.array([.array([.integer(7), .integer(9), node(0)])])
        let topology = try ClusterSlotsReply(reply, asked: asked).topology
        #expect(topology.servedSlots.description == "7-9")
    }
}

/// A node as `CLUSTER SLOTS` describes it.
func node(_ number: Int, host: String = "10.0.0.1", port: Int = 7000) -> RESPValue {
    .array([text(host), .integer(Int64(port)), id(number), .array([])])
}

func text(_ text: String) -> RESPValue { .bulkString(Array(text.utf8)) }

func id(_ number: Int) -> RESPValue { text(NodeID(number: number).description) }

extension NodeID {
    /// The id whose digits are those of the number.
    init(number: Int) {
        let digits = String(number, radix: 16)
        let text = String(repeating: "0", count: 39 - digits.count) + digits
        // Not all zeros, which stand for a server without an id.
        self = NodeID("1" + text) ?? .standalone
    }
}
