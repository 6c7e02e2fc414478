import ScanCore
import Testing

@Suite("CLUSTER SLOTS of servers that err")
struct ClusterSlotsReplyHostileTests {
    let asked = NodeAddress(host: "127.0.0.1", port: 6379)

    private func expectRefusal(
        _ entries: [RESPValue],
        because reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: TopologyError.self, sourceLocation: sourceLocation) {
            try ClusterSlotsReply(.array(entries), asked: asked)
        }
        let description = error?.description ?? ""
        #expect(description.contains(reason), "\(description)", sourceLocation: sourceLocation)
        #expect(description.utf8.count < 400, sourceLocation: sourceLocation)
    }

    private func entry(_ first: Int64, _ last: Int64, _ nodes: RESPValue...) -> RESPValue {
        .array([.integer(first), .integer(last)] + nodes)
    }

    @Test(
        "slots outside 0-16383, or in the wrong order, are refused",
        arguments: [
            (-1, 5), (0, 16384), (16384, 16384), (5, 4), (.min, .max), (65536, 65537), (.max, .max),
        ] as [(Int64, Int64)]
    )
    func outOfRange(first: Int64, last: Int64) {
        expectRefusal([entry(first, last, node(0))], because: "range")
    }

    @Test("a slot listed twice is refused, under one primary or two")
    func overlap() {
        expectRefusal([entry(0, 10, node(0)), entry(10, 20, node(0))], because: "slots 10 twice")
        expectRefusal([entry(0, 10, node(0)), entry(0, 10, node(0))], because: "slots 0-10 twice")
        expectRefusal([entry(0, 10, node(0)), entry(7, 20, node(1))], because: "slots 7-10")
    }

    @Test("a value of the wrong type is refused wherever it stands")
    func wrongTypes() throws {
        let wrong: [RESPValue] = [
            .null, .integer(3), .simpleString([]), text("x"), .array([]), .array([.null]),
            .error(ServerError(message: "ERR no")),
        ]
        for value in wrong {
            if value != .array([]) {
                #expect(throws: TopologyError.self, "\(value)") { try ClusterSlotsReply(value, asked: asked) }
            }
            expectRefusal([value], because: "CLUSTER SLOTS")
            expectRefusal([.array([.integer(0), .integer(1), value])], because: "CLUSTER SLOTS")
            expectRefusal([.array([.integer(0), .integer(1), node(0), value])], because: "CLUSTER SLOTS")
            if value.integer == nil {
                expectRefusal([.array([value, .integer(1), node(0)])], because: "range")
                expectRefusal([.array([.integer(0), value, node(0)])], because: "range")
                expectRefusal([entry(0, 1, .array([text("h"), value, id(0)]))], because: "port")
            }
            expectRefusal([entry(0, 1, .array([text("h"), .integer(1), value]))], because: "id")
            if value != .null, value.bytes == nil {
                expectRefusal([entry(0, 1, .array([value, .integer(1), id(0)]))], because: "endpoint")
            }
        }
        expectRefusal([.array([.integer(0)])], because: "range")
        expectRefusal([.array([.integer(0), .integer(1)])], because: "no node")
    }

    @Test("ports that do not exist and ids of another length are refused")
    func portsAndIDs() {
        for port in [-1, 65536, Int64.max, .min] {
            expectRefusal([entry(0, 1, .array([text("h"), .integer(port), id(0)]))], because: "port")
        }
        for digits in ["", "0", String(repeating: "a", count: 39), String(repeating: "a", count: 41)] {
            expectRefusal([entry(0, 1, .array([text("h"), .integer(1), text(digits)]))], because: "id")
        }
        expectRefusal(
            [entry(0, 1, .array([text(String(repeating: "h", count: 256)), .integer(1), id(0)]))],
            because: "host name"
        )
    }

    @Test("a million nodes or ranges are refused, not stored")
    func floods() {
        let clock = ContinuousClock()
        let range = entry(0, 0, node(0))
        expectRefusal(Array(repeating: range, count: 1_000_000), because: "1000000 ranges")
        let replicas = Array(repeating: node(1), count: 1_000_000)
        expectRefusal([.array([.integer(0), .integer(1), node(0)] + replicas)], because: "1000 replicas")
        let spread = (0..<200).map { range in
            RESPValue.array(
                [.integer(Int64(range)), .integer(Int64(range)), node(0)]
                    + (1...10).map { node(range * 10 + $0) }
            )
        }
        let time = clock.measure { expectRefusal(spread, because: "1000 replicas") }
        #expect(time < .seconds(5))
    }

    @Test("the most scattered cluster that can be is read: every slot a range, a thousand nodes, replicas")
    func scattered() throws {
        let entries = (0..<HashSlot.count).map { slot in
            let owner = slot % 1000
            return entry(Int64(slot), Int64(slot), node(owner), node(owner + 1000), node(owner + 2000))
        }
        let topology = try ClusterSlotsReply(.array(entries), asked: asked).topology
        #expect(topology.shards.count == 1000)
        #expect(topology.servedSlots == .all)
        #expect(topology.shards.allSatisfy { $0.replicas.count == 2 && (16...17).contains($0.slots.count) })
    }
}
