import ScanCore
import Testing

@Suite("Cluster topology")
struct ClusterTopologyTests {
    private let shards = (0..<5).map { number in
        ClusterTopology.Shard(
            primary: clusterNode(number),
            replicas: [clusterNode(number + 100), clusterNode(number + 200)],
            slots: SlotSet(below: (number + 1) * 3000).subtracting(SlotSet(below: number * 3000))
        )
    }

    @Test("the index of a shard does not depend on the order in which shards are told")
    func indices() throws {
        var random = KeyspaceRandom(seed: 1)
        let topology = try ClusterTopology(shards: shards)
        for _ in 0..<20 {
            #expect(try ClusterTopology(shards: shards.shuffled(using: &random)) == topology)
        }
        for (index, shard) in topology.shards.enumerated() {
            #expect(topology.index(ofPrimary: shard.primary.id) == index)
        }
        #expect(topology.index(ofPrimary: NodeID(number: 100)) == nil)
    }

    @Test(
        "the fingerprint names the primaries: not their addresses, replicas or slots, and not the order told"
    )
    func fingerprint() throws {
        let fingerprint = try ClusterTopology(shards: shards).fingerprint
        let moved = shards.enumerated().map { number, shard in
            ClusterTopology.Shard(
                primary: ClusterNode(id: shard.primary.id, address: NodeAddress(host: "elsewhere", port: 1)),
                replicas: [],
                slots: shards[4 - number].slots
            )
        }
        #expect(try ClusterTopology(shards: moved.reversed()).fingerprint == fingerprint)
        let other = ClusterTopology.Shard(primary: clusterNode(5), replicas: [], slots: shards[4].slots)
        #expect(try ClusterTopology(shards: shards.dropLast() + [other]).fingerprint != fingerprint)
        #expect(try ClusterTopology(shards: Array(shards.dropLast())).fingerprint != fingerprint)
        // It is stored: it must not change with a later version of this library.
        #expect(fingerprint == 0xAEC9_395D)
    }

    @Test("a slot is served by its shard, or by nobody")
    func serving() throws {
        let topology = try ClusterTopology(shards: shards)
        for slot in [0, 2999, 3000, 14_999] as [UInt16] {
            let shard = try #require(HashSlot(rawValue: slot).flatMap(topology.shard(serving:)))
            #expect(shard.primary.id == NodeID(number: Int(slot) / 3000))
        }
        #expect(HashSlot(rawValue: 15_000).flatMap(topology.shard(serving:)) == nil)
        #expect(topology.servedSlots == SlotSet(below: 15_000))
    }

    @Test("a node is found with its shard, whatever its role")
    func locate() throws {
        let topology = try ClusterTopology(shards: shards)
        for number in [3, 103, 203] {
            let found = try #require(topology.locate(NodeID(number: number)))
            #expect(found.node == clusterNode(number))
            #expect(found.shard.primary == clusterNode(3))
        }
        #expect(topology.locate(NodeID(number: 99)) == nil)
    }

    @Test("two shards with a primary or a slot in common are refused")
    func refused() {
        #expect(throws: TopologyError.self) { try ClusterTopology(shards: shards + [shards[0]]) }
        let thief = ClusterTopology.Shard(primary: clusterNode(9), replicas: [], slots: SlotSet(below: 1))
        #expect(throws: TopologyError.self) { try ClusterTopology(shards: shards + [thief]) }
    }

    @Test("a server without cluster mode is one shard that serves everything")
    func standalone() {
        let address = NodeAddress(host: "localhost", port: 6379)
        let topology = ClusterTopology(standalone: address)
        #expect(!topology.isCluster)
        #expect(topology.shards.map(\.primary.address) == [address])
        #expect(topology.servedSlots == .all)
        #expect(topology.index(ofPrimary: .standalone) == 0)
    }
}

func clusterNode(_ number: Int) -> ClusterNode {
    ClusterNode(id: NodeID(number: number), address: NodeAddress(host: "10.0.0.\(number)", port: 7000))
}
