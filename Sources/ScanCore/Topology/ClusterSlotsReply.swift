/// The answer to `CLUSTER SLOTS`, read into a topology.
///
/// Form: an array of `[first slot, last slot, primary, replica…]`, each node `[endpoint, port, id,
/// metadata…]`. The id came with 4.0, the metadata with 7.0. The endpoint is the one the cluster prefers
/// (an IP or a hostname); NULL or an empty string stands for the address that was asked, and `?` for a
/// hostname that is not known. Source: <https://redis.io/docs/latest/commands/cluster-slots/>.
package struct ClusterSlotsReply {
    package let topology: ClusterTopology

    /// Reads a reply.
    ///
    /// - Parameters:
    ///   - reply: What the server answered.
    ///   - asked: The address the question went to, for endpoints that the server leaves open.
    /// - Throws: ``TopologyError`` if the reply is not of the documented form, or names a primary that
    ///   cannot be reached as named.
    package init(_ reply: RESPValue, asked: NodeAddress) throws(TopologyError) {
        guard let entries = reply.array else {
            throw TopologyError("CLUSTER SLOTS answered with something other than an array")
        }
        guard entries.count <= HashSlot.count else {
            throw TopologyError("CLUSTER SLOTS answered with \(entries.count) ranges of 16384 slots")
        }
        var builders: [NodeID: ShardBuilder] = [:]
        for entry in entries {
            guard let fields = entry.array, let range = Self.slotRange(of: fields) else {
                throw TopologyError("CLUSTER SLOTS answered with a range that is not one of slots 0-16383")
            }
            guard fields.count > 2 else {
                throw TopologyError("CLUSTER SLOTS names no node for slots \(SlotSet(range))")
            }
            let primary = try Node(fields[2])
            let address = try primary.address(asked: asked)
            var builder =
                builders.removeValue(forKey: primary.id)
                ?? ShardBuilder(primary: ClusterNode(id: primary.id, address: address))
            try builder.add(replicas: fields[3...], asked: asked)
            try builder.add(range)
            builders[primary.id] = builder
        }
        topology = try ClusterTopology(shards: builders.values.map(\.shard))
    }

    private static func slotRange(of fields: [RESPValue]) -> ClosedRange<HashSlot>? {
        guard fields.count >= 2,
            let first = fields[0].integer.flatMap(UInt16.init(exactly:)).flatMap(HashSlot.init(rawValue:)),
            let last = fields[1].integer.flatMap(UInt16.init(exactly:)).flatMap(HashSlot.init(rawValue:)),
            first <= last
        else { return nil }
        return first...last
    }

    private struct ShardBuilder {
        let primary: ClusterNode
        private var replicas: [NodeID: ClusterNode] = [:]
        private var slots = SlotSet()

        /// Far above what any cluster runs; bounds what a hostile reply can make us hold.
        private static let mostReplicas = 1000

        init(primary: ClusterNode) {
            self.primary = primary
        }

        mutating func add(replicas values: ArraySlice<RESPValue>, asked: NodeAddress) throws(TopologyError) {
            let tooMany = TopologyError(
                "CLUSTER SLOTS lists more than \(Self.mostReplicas) replicas of one primary"
            )
            guard values.count <= Self.mostReplicas else { throw tooMany }
            for value in values {
                let replica = try Node(value)
                // Where it listens may be unknown for a while. The primary alone can serve the slots.
                guard replicas[replica.id] == nil, let address = try? replica.address(asked: asked) else {
                    continue
                }
                replicas[replica.id] = ClusterNode(id: replica.id, address: address)
            }
            guard replicas.count <= Self.mostReplicas else { throw tooMany }
        }

        mutating func add(_ range: ClosedRange<HashSlot>) throws(TopologyError) {
            let slots = SlotSet(range)
            guard self.slots.isDisjoint(with: slots) else {
                throw TopologyError("CLUSTER SLOTS lists slots \(self.slots.intersection(slots)) twice")
            }
            self.slots.formUnion(slots)
        }

        var shard: ClusterTopology.Shard {
            ClusterTopology.Shard(
                primary: primary,
                replicas: replicas.values.sorted { $0.id < $1.id },
                slots: slots
            )
        }
    }

    /// A node as the reply describes it.
    private struct Node {
        let id: NodeID
        private let endpoint: String?
        private let port: UInt16

        /// The longest name of the DNS has 253 characters; servers keep 255.
        private static let longestEndpoint = 255

        init(_ value: RESPValue) throws(TopologyError) {
            guard let fields = value.array, fields.count >= 3,
                let port = fields[1].integer.flatMap(UInt16.init(exactly:)),
                let id = fields[2].bytes.flatMap({ NodeID(digits: $0) })
            else {
                throw TopologyError(
                    "CLUSTER SLOTS describes a node without endpoint, port and id (a server before 4.0?)"
                )
            }
            switch fields[0] {
            case .null:
                endpoint = nil
            default:
                guard let bytes = fields[0].bytes, bytes.count <= Self.longestEndpoint else {
                    throw TopologyError("CLUSTER SLOTS gives node \(id) an endpoint that is not a host name")
                }
                endpoint = bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
            }
            self.id = id
            self.port = port
        }

        func address(asked: NodeAddress) throws(TopologyError) -> NodeAddress {
            guard endpoint != "?" else {
                throw TopologyError(
                    "node \(id) is set to announce a hostname (cluster-preferred-endpoint-type) but has "
                        + "none: set cluster-announce-hostname on it"
                )
            }
            guard port > 0 else {
                throw TopologyError(
                    "node \(id) has no port for connections of this kind: does it listen with TLS only, or "
                        + "without TLS only?"
                )
            }
            return NodeAddress(host: endpoint ?? asked.askedHost, port: Int(port))
        }
    }
}
