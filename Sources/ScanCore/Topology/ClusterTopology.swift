/// Which node serves which hash slots, as one node of the cluster saw it at one moment.
///
/// A topology is a hint about where to look. What may be claimed and credited during a scan is decided by
/// what each node says about itself.
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
    /// Nodes that the one that described the topology knows, as far as it said so: those without slots, and
    /// those that have failed, as well.
    package var knownNodes: Set<NodeID> = []
    /// Slots whose primary is named without a place where it could be reached.
    package var unaddressed: [Unaddressed] = []

    /// Slots of one primary that cannot be reached.
    package struct Unaddressed: Hashable, Sendable {
        package var slots = SlotSet()
        /// What the matter with their primary is, in words.
        package let reason: String
    }
    /// Whether nodes are announced by host name: those without slots, which are in no `CLUSTER SLOTS`, are
    /// then asked by name as well.
    package var prefersHostnames = false

    private let indexByPrimary: [NodeID: Int]
    /// Where each node is, by the prefix of its id.
    private let places: [UInt64: Place]
    /// Which slots belong to which shard, in ascending order.
    private let runs: [Run]

    private struct Place: Hashable, Sendable {
        let shard: Int
        /// 0 for the primary, 1 for its first replica.
        let member: Int
    }

    private struct Run: Hashable, Sendable {
        let slots: ClosedRange<HashSlot>
        let shard: Int
    }

    /// Puts shards in order.
    ///
    /// - Throws: ``TopologyError`` if two shards have one primary or one slot in common: no server says
    ///   such a thing.
    package init(shards: [Shard], isCluster: Bool = true) throws(TopologyError) {
        let ordered = shards.sorted { $0.primary.id < $1.primary.id }
        var served = SlotSet()
        var index: [NodeID: Int] = [:]
        var places: [UInt64: Place] = [:]
        var runs: [Run] = []
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
            for slots in shard.slots.ranges { runs.append(Run(slots: slots, shard: position)) }
            for (member, node) in ([shard.primary] + shard.replicas).enumerated()
            where places[node.id.prefix] == nil {
                places[node.id.prefix] = Place(shard: position, member: member)
            }
        }
        self.shards = ordered
        self.isCluster = isCluster
        self.servedSlots = served
        self.indexByPrimary = index
        self.places = places
        self.runs = runs.sorted { $0.slots.lowerBound < $1.slots.lowerBound }
    }

    /// The topology of one server without cluster mode.
    package init(standalone address: NodeAddress) {
        let node = ClusterNode(id: .standalone, address: address)
        shards = [Shard(primary: node, replicas: [], slots: .all)]
        isCluster = false
        servedSlots = .all
        indexByPrimary = [.standalone: 0]
        places = [NodeID.standalone.prefix: Place(shard: 0, member: 0)]
        runs = SlotSet.all.ranges.map { Run(slots: $0, shard: 0) }
    }

    /// The index of the shard whose primary has this id.
    ///
    /// - Complexity: O(1).
    public func index(ofPrimary id: NodeID) -> Int? { indexByPrimary[id] }

    /// The shard that serves a slot, or `nil` where no node does.
    ///
    /// - Complexity: O(log runs of adjacent slots).
    public func shard(serving slot: HashSlot) -> Shard? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].slots.upperBound < slot { low = middle + 1 } else { high = middle }
        }
        guard low < runs.count, runs[low].slots.contains(slot) else { return nil }
        return shards[runs[low].shard]
    }

    /// A node and its shard, whether it is the primary or a replica.
    ///
    /// - Complexity: O(1), unless two ids begin alike.
    package func locate(_ id: NodeID) -> (node: ClusterNode, shard: Shard)? {
        guard let found = locate(prefix: id.prefix) else { return nil }
        if found.node.id == id { return (found.node, shards[found.index]) }
        for shard in shards {
            let member = ([shard.primary] + shard.replicas).first { $0.id == id }
            if let member { return (member, shard) }
        }
        return nil
    }

    /// A node and the index of its shard, by the leading bits of its id, which are all that a cursor keeps.
    ///
    /// - Complexity: O(1).
    package func locate(prefix: UInt64) -> (node: ClusterNode, index: Int)? {
        guard let place = places[prefix] else { return nil }
        let shard = shards[place.shard]
        return (place.member == 0 ? shard.primary : shard.replicas[place.member - 1], place.shard)
    }
}

extension ClusterTopology {
    /// Whether the addresses of the shards are the host names that `CLUSTER NODES`, in the reply of the same
    /// server, has beside the IP addresses.
    package func announcesHostnames(of reply: String) -> Bool {
        guard shards.contains(where: { IPAddress.canonical($0.primary.address.host) == nil }),
            let lines = try? ClusterNodesLine.parse(reply)
        else { return false }
        return lines.contains { line in
            line.hostname != nil && locate(line.id)?.node.address.host == line.hostname
        }
    }
}

/// A server's description of its cluster could not be understood or used.
package struct TopologyError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
