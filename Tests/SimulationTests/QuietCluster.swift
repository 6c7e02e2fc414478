import ScanCore

/// A cluster of any size to which nothing happens, with keys in nearly every slot.
struct QuietCluster {
    static let keyCount = 65_536

    /// How much of a table servers move while the keys of one slot are written.
    private static let stepsPerSlot = 8

    let topology: ClusterTopology
    private var nodes: [NodeID: (status: NodeStatus, keyspace: SimulatedKeyspace)] = [:]

    /// Spread over all slots as the server's hash does it.
    static let universe = KeyUniverse(names: (0..<keyCount).map { Array("key:\($0)".utf8) })

    /// The keys of each slot.
    private static let keysBySlot = Dictionary(grouping: universe.names.indices) { universe.slots[$0] }

    /// - Parameters:
    ///   - count: How many primaries there are.
    ///   - flavour: How servers store keys.
    /// - Throws: What ``ClusterTopology`` has against it.
    init(nodes count: Int, flavour: SimulatedKeyspace.Flavour) throws {
        var random = SplitMix64(state: UInt64(count))
        var shards: [ClusterTopology.Shard] = []
        for index in 0..<count {
            let id = Self.identifier(using: &random, NodeID.init)
            let slots = SlotSet(below: HashSlot.count * (index + 1) / count)
                .subtracting(SlotSet(below: HashSlot.count * index / count))
            let node = ClusterNode(id: id, address: NodeAddress(host: "node\(index)", port: 6379))
            shards.append(ClusterTopology.Shard(primary: node, replicas: [], slots: slots))
            var keyspace = SimulatedKeyspace(flavour: flavour, universe: Self.universe, seed: random.next())
            for slot in slots {
                for key in Self.keysBySlot[slot] ?? [] { keyspace.insert(key) }
                // One table for the node outgrows its first buckets many times over.
                if flavour == .wholeNode { for _ in 0..<Self.stepsPerSlot { keyspace.rehashStep() } }
            }
            let run = Self.identifier(using: &random, RunID.init)
            nodes[id] = (NodeStatus(nodeID: id, runID: run, slots: slots), keyspace)
        }
        topology = try ClusterTopology(shards: shards)
    }

    private static func identifier<ID>(using random: inout SplitMix64, _ make: (String) -> ID?) -> ID {
        let digits = (0..<40).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" }
        guard let id = make(String(digits)) else { fatalError("40 digits are an id") }
        return id
    }

    // MARK: Commands

    func status(of node: ClusterNode) -> NodeStatus? { nodes[node.id]?.status }

    func scan(_ node: ClusterNode, _ cursor: UInt64, count: Int) -> (next: UInt64, keys: KeyBatch) {
        let page = nodes[node.id]?.keyspace.scan(cursor, count: count)
        return (page?.next ?? 0, Self.batch(page?.keys ?? []))
    }

    func snapshot(_ node: ClusterNode, _ snapshot: SlotBurst.Snapshot) -> KeyBatch {
        Self.batch((nodes[node.id]?.keyspace.keys(in: snapshot.slot) ?? []).prefix(snapshot.limit))
    }

    func size(_ node: ClusterNode, _ slot: HashSlot) -> Int {
        nodes[node.id]?.keyspace.keys(in: slot).count ?? 0
    }

    private static func batch(_ keys: some Sequence<Int>) -> KeyBatch {
        KeyBatch(keys.map { universe.names[$0] })
    }
}
