/// The answer to `CLUSTER SLOTS`, read into a topology.
///
/// Form: an array of `[first slot, last slot, primary, replica…]`, each node `[endpoint, port, id, metadata…]`. The id
/// came with 4.0, the metadata with 7.0. The endpoint is the one the cluster prefers (an IP or a hostname);
/// NULL or an empty string stands for the address that was asked, and `?` for a hostname that is not known.
/// Source: <https://redis.io/docs/latest/commands/cluster-slots/>.
struct ClusterSlotsReply {
    let topology: ClusterTopology

    /// Reads a reply.
    ///
    /// - Parameters:
    ///   - reply: What the server answered.
    ///   - asked: The address the question went to, for endpoints that the server leaves open.
    /// - Throws: ``TopologyError`` if the reply is not of the documented form, or names an unusable endpoint.
    init(_ reply: RESPValue, asked: NodeAddress) throws(TopologyError) {
        guard let entries = reply.array else {
            throw TopologyError("CLUSTER SLOTS answered with something other than an array")
        }
        guard entries.count <= HashSlot.count else {
            throw TopologyError("CLUSTER SLOTS answered with \(entries.count) ranges of 16384 slots")
        }
        var builders: [NodeID: ShardBuilder] = [:]
        for entry in entries {
            let range = try Self.slotRange(of: entry)
            let nodes = entry.array?.dropFirst(2) ?? []
            guard let first = nodes.first else {
                throw TopologyError("CLUSTER SLOTS names no node for slots \(range.lowerBound)-\(range.upperBound)")
            }
            guard nodes.count <= Self.mostNodesPerShard else {
                throw TopologyError("CLUSTER SLOTS lists \(nodes.count - 1) replicas of one primary")
            }
            let primary = try Self.node(first, asked: asked)
            var builder = builders[primary.id] ?? ShardBuilder(primary: primary)
            for replica in nodes.dropFirst() {
                // A replica whose hostname is unknown is left out: the primary alone can serve the slots.
                guard let node = try? Self.node(replica, asked: asked) else { continue }
                builder.replicas[node.id] = node
            }
            let slots = SlotSet(range)
            guard builder.slots.isDisjoint(with: slots) else {
                throw TopologyError("CLUSTER SLOTS lists slots \(builder.slots.intersection(slots)) twice")
            }
            builder.slots.formUnion(slots)
            builders[primary.id] = builder
        }
        topology = try ClusterTopology(
            shards: builders.values.map { builder in
                ClusterTopology.Shard(
                    primary: builder.primary,
                    replicas: builder.replicas.values.sorted { $0.id < $1.id },
                    slots: builder.slots
                )
            }
        )
    }

    private struct ShardBuilder {
        let primary: ClusterNode
        var replicas: [NodeID: ClusterNode] = [:]
        var slots = SlotSet()
    }

    /// Far above what any cluster runs; bounds what a hostile reply can make us hold.
    private static let mostNodesPerShard = 1000

    private static func slotRange(of entry: RESPValue) throws(TopologyError) -> ClosedRange<HashSlot> {
        guard let fields = entry.array, fields.count >= 2,
            let first = fields[0].integer.flatMap(UInt16.init(exactly:)).flatMap(HashSlot.init(rawValue:)),
            let last = fields[1].integer.flatMap(UInt16.init(exactly:)).flatMap(HashSlot.init(rawValue:)),
            first <= last
        else {
            throw TopologyError("CLUSTER SLOTS answered with a range that is not one of slots 0-16383")
        }
        return first...last
    }

    private static func node(_ value: RESPValue, asked: NodeAddress) throws(TopologyError) -> ClusterNode {
        guard let fields = value.array, fields.count >= 3,
            let port = fields[1].integer.flatMap(UInt16.init(exactly:)),
            let id = fields[2].string.flatMap({ NodeID($0) })
        else {
            throw TopologyError("CLUSTER SLOTS describes a node without endpoint, port and id (a server before 4.0?)")
        }
        let host: String
        switch fields[0] {
        case .null:
            host = asked.host
        default:
            guard let text = fields[0].string else {
                throw TopologyError("CLUSTER SLOTS gives node \(id) an endpoint that is not text")
            }
            host = text.isEmpty ? asked.host : text
        }
        guard host != "?" else {
            throw TopologyError(
                "node \(id) is set to announce a hostname (cluster-preferred-endpoint-type) but has none: "
                    + "set cluster-announce-hostname on it"
            )
        }
        return ClusterNode(id: id, address: NodeAddress(host: host, port: Int(port)))
    }
}
