/// Which node serves which hash slots, as one node of the cluster saw it at one moment.
///
/// A topology is a hint about where to look. What may be claimed and credited during a scan is decided by
/// what each node says about itself (see ``NodeStatus``).
public struct ClusterTopology: Hashable, Sendable {
    /// A primary, its replicas, and the hash slots they serve.
    public struct Shard: Hashable, Sendable {
        /// The node that owns the slots.
        public let primary: ClusterNode
        /// The primary's reachable replicas, ordered by id.
        public let replicas: [ClusterNode]
        /// The slots the shard serves. Never empty in a topology read from a cluster.
        public let slots: SlotSet

        package init(primary: ClusterNode, replicas: [ClusterNode], slots: SlotSet) {
            self.primary = primary
            self.replicas = replicas
            self.slots = slots
        }
    }

    /// The shards that serve slots, ordered by the id of their primary, so that the index of a shard is the
    /// same for every client that sees the same primaries.
    public let shards: [Shard]
    /// Whether the server runs in cluster mode; otherwise there is one shard that serves every slot.
    public let isCluster: Bool
    /// The slots that some node serves. Fewer than all on a cluster that is not fully covered.
    public let servedSlots: SlotSet

    private let indexByPrimary: [NodeID: Int]

    /// Puts shards in order.
    ///
    /// - Throws: ``TopologyError`` if two shards have one primary or one slot in common: no server says
    ///   such a thing.
    package init(shards: [Shard], isCluster: Bool = true) throws(TopologyError) {
        let ordered = shards.sorted { $0.primary.id < $1.primary.id }
        var served = SlotSet()
        var index: [NodeID: Int] = [:]
        for (position, shard) in ordered.enumerated() {
            guard index.updateValue(position, forKey: shard.primary.id) == nil else {
                throw TopologyError("node \(shard.primary.id) is listed as two primaries")
            }
            guard served.isDisjoint(with: shard.slots) else {
                throw TopologyError(
                    "slots \(served.intersection(shard.slots)) are listed under two primaries"
                )
            }
            served.formUnion(shard.slots)
        }
        self.shards = ordered
        self.isCluster = isCluster
        self.servedSlots = served
        self.indexByPrimary = index
    }

    /// The topology of one server without cluster mode.
    package init(standalone address: NodeAddress) {
        let node = ClusterNode(id: .standalone, address: address)
        shards = [Shard(primary: node, replicas: [], slots: .all)]
        isCluster = false
        servedSlots = .all
        indexByPrimary = [.standalone: 0]
    }

    /// The index of the shard whose primary has this id.
    ///
    /// - Complexity: O(1).
    public func index(ofPrimary id: NodeID) -> Int? { indexByPrimary[id] }

    /// The shard that serves a slot, or `nil` where nobody does.
    ///
    /// - Complexity: O(number of shards).
    public func shard(serving slot: HashSlot) -> Shard? {
        shards.first { $0.slots.contains(slot) }
    }

    /// A node and its shard, whether it is the primary or a replica.
    ///
    /// - Complexity: O(1) for primaries, O(number of nodes) for replicas.
    package func locate(_ id: NodeID) -> (node: ClusterNode, shard: Shard)? {
        if let index = indexByPrimary[id] { return (shards[index].primary, shards[index]) }
        for shard in shards {
            if let replica = shard.replicas.first(where: { $0.id == id }) { return (replica, shard) }
        }
        return nil
    }
}
