import ScanCore
import Testing

@Suite("What a node says about itself")
struct NodeStatusTests {
    let ids = CapturedReplies.nodes

    private func status(_ nodes: String) throws -> NodeStatus {
        try NodeStatus(clusterNodes: nodes, info: CapturedReplies.info)
    }

    @Test("a primary in the middle of two migrations shows them and where their other ends are")
    func migratingPrimary() throws {
        let status = try status(CapturedReplies.nodesOfMigratingNode)
        #expect(status.nodeID == ids[0])
        #expect(status.runID == RunID("dff9070b702d1a803e63d2b2559a892af161f152"))
        #expect(status.role == .primary)
        #expect(status.configEpoch == 1)
        #expect(status.slots.description == "0-5460")
        #expect(status.marked.description == "93,6000")
        #expect(
            status.peers == [
                ids[6]: NodeAddress(host: "127.0.0.1", port: 14741),
                ids[1]: NodeAddress(host: "127.0.0.1", port: 12892),
            ]
        )
        #expect(status.seesMajority)
        #expect(status.version == ServerVersion(.redis, 7, 0))
    }

    @Test("where the cluster announces host names, the other ends of migrations are asked by theirs")
    func hostnames() throws {
        let nodes = CapturedReplies.nodesOfMigratingNode
            .replacing("127.0.0.1:14741@24741", with: "127.0.0.1:14741@24741,node-6.example.com")
        let status = try NodeStatus(clusterNodes: nodes, info: CapturedReplies.info, prefersHostnames: true)
        #expect(status.peers[ids[6]] == NodeAddress(host: "node-6.example.com", port: 14741))
        // This one announces none.
        #expect(status.peers[ids[1]] == NodeAddress(host: "127.0.0.1", port: 12892))
        #expect(try self.status(nodes).peers[ids[6]]?.host == "127.0.0.1")
    }

    @Test("a node that imports its first slot serves none yet")
    func importingPrimary() throws {
        let status = try status(CapturedReplies.nodesOfImportingNode)
        #expect(status.nodeID == ids[6])
        #expect(status.slots.isEmpty)
        #expect(status.migrating.isEmpty)
        #expect(status.importing.values.first == ids[0])
        #expect(status.marked.description == "93")
        #expect(status.configEpoch == 7)
    }

    @Test("a replica has its primary's slots and config epoch, and no marks")
    func replica() throws {
        let status = try status(CapturedReplies.nodesOfReplica)
        #expect(status.nodeID == ids[3])
        #expect(status.role == .replica(of: ids[0]))
        #expect(status.slots.description == "0-5460")
        #expect(status.configEpoch == 1)
        #expect(status.marked.isEmpty && status.peers.isEmpty)
    }

    @Test("a lone node serves nothing and disagrees with nobody")
    func loneNode() throws {
        let status = try status(CapturedReplies.nodesOfLoneNode)
        #expect(status.slots.isEmpty && status.seesMajority && status.role == .primary)
        #expect(try self.status(CapturedReplies.nodesOverIPv6).slots.isEmpty)
    }

    @Test("three of four primaries are a majority")
    func realLoss() throws {
        #expect(try status(CapturedReplies.nodesAfterLoss).seesMajority)
    }

    @Test(
        "more than half of the primaries that serve slots must be in reach; others have no vote",
        arguments: [
            (["", "", ""], true), (["", "", ",fail"], true), (["", ",fail?", ",fail"], false),
            (["", ""], true), (["", ",fail?"], false), (["", "", ",fail", ",fail"], false),
            (["", "", "", ",fail", ",fail?"], true), ([""], true),
        ]
    )
    func majority(failures: [String], expected: Bool) throws {
        var reply = ""
        for (index, failure) in failures.enumerated() {
            let own = index == 0 ? "myself," : ""
            reply +=
                "\(NodeID(number: index)) 10.0.0.1:1@1 \(own)master\(failure) - 0 0 1 connected \(index)\n"
            // Neither replicas nor primaries without slots have a vote, in reach or not.
            for other in 1...3 {
                let id = NodeID(number: index + other * 100)
                reply += "\(id) 10.0.0.1:1@1 slave,fail \(NodeID(number: index)) 0 0 1 disconnected\n"
                reply +=
                    "\(NodeID(number: index + other * 1000)) 10.0.0.1:1@1 master,fail - 0 0 0 disconnected\n"
            }
        }
        #expect(try status(reply).seesMajority == expected)
    }

    @Test("a reply without an own line, or of a node that is neither primary nor replica, is refused")
    func refused() {
        let id = NodeID(number: 1)
        for reply in [
            "", "\(id) 1.1.1.1:1@1 master - 0 0 0 connected", "\(id) :0@0 myself,slave - 0 0 0 connected",
        ] {
            #expect(throws: TopologyError.self) { try status(reply) }
        }
        #expect(throws: TopologyError.self) {
            try NodeStatus(clusterNodes: CapturedReplies.nodesOfReplica, info: "redis_mode:cluster\r\n")
        }
    }

    @Test("the other end of a migration may be unknown")
    func unknownPeer() throws {
        let id = NodeID(number: 1)
        let peer = NodeID(number: 2)
        let reply = """
            \(id) 1.1.1.1:1@1 myself,master - 0 0 0 connected 0-16383 [5->-\(peer)]
            \(peer) :0@0 master,noaddr - 0 0 0 disconnected
            """
        let status = try status(reply)
        #expect(status.peers.isEmpty)
        #expect(status.marked.description == "5")
    }

    @Test("a server without cluster mode serves every slot")
    func standalone() throws {
        let info = CapturedReplies.info.replacing("redis_mode:cluster", with: "redis_mode:standalone")
        let status = try NodeStatus(standaloneInfo: info)
        #expect(status.nodeID == .standalone)
        #expect(status.slots == .all)
        #expect(status.role == .primary && status.marked.isEmpty)
    }

    @Test("a thousand nodes with scattered slots are read in time")
    func thousandNodes() throws {
        var reply = ""
        for index in 0..<1000 {
            let own = index == 500 ? "myself," : ""
            let slots = stride(from: index, to: HashSlot.count, by: 1000).map(String.init).joined(
                separator: " "
            )
            reply +=
                "\(NodeID(number: index)) 10.0.\(index / 250).\(index % 250):6379@16379,node-\(index).example.com "
            reply += "\(own)master - 0 1795249685000 \(index) connected \(slots)\n"
        }
        #expect(reply.utf8.count > 200_000)
        var status = try status(reply)
        let time = try ContinuousClock().measure { status = try self.status(reply) }
        #expect(status.slots.count == 16)
        // 4.5 ms with optimisation, and some twenty times as much without it.
        #expect(time < .seconds(1))
    }
}
