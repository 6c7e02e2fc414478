/// One line of `CLUSTER NODES`.
///
/// Form: `id ip:port@cport[,hostname[,name=value…]] flags primary ping pong epoch link slot…`, where a slot is `n`,
/// `n-m`, `[n->-id]` (migrating) or `[n-<-id]` (importing; own line only).
/// Source: <https://redis.io/docs/latest/commands/cluster-nodes/>.
package struct ClusterNodesLine: Hashable, Sendable {
    package var id: NodeID
    /// `ip:port` as the cluster bus knows it; `nil` where the node's address is not known.
    package var address: NodeAddress?
    package var flags: Set<Substring>
    package var primary: NodeID?
    package var configEpoch: UInt64
    package var isLinked: Bool
    package var slots: SlotSet
    package var migrating: [HashSlot: NodeID]
    package var importing: [HashSlot: NodeID]

    package var isMyself: Bool { flags.contains("myself") }
    package var isPrimary: Bool { flags.contains("master") }
    /// Whether the node is, or is thought to be, out of reach.
    package var isFailing: Bool { flags.contains("fail") || flags.contains("fail?") }

    /// Reads every line of a reply.
    ///
    /// - Throws: ``TopologyError`` if a line is not of the documented form.
    package static func parse(_ reply: String) throws(TopologyError) -> [ClusterNodesLine] {
        var lines: [ClusterNodesLine] = []
        for line in reply.split(whereSeparator: \.isNewline) {
            lines.append(try ClusterNodesLine(line))
        }
        return lines
    }

    init(_ line: Substring) throws(TopologyError) {
        let fields = line.split(separator: " ")
        guard fields.count >= 8, let id = NodeID(String(fields[0])), let epoch = UInt64(fields[6]) else {
            throw TopologyError("CLUSTER NODES answered with a line that is not understood: \(line.prefix(120))")
        }
        self.id = id
        address = Self.address(fields[1])
        flags = Set(fields[2].split(separator: ","))
        primary = NodeID(String(fields[3]))
        configEpoch = epoch
        isLinked = fields[7] == "connected"
        slots = SlotSet()
        migrating = [:]
        importing = [:]
        for field in fields.dropFirst(8) {
            try readSlots(field)
        }
    }

    private static func address(_ field: Substring) -> NodeAddress? {
        let endpoint = field.split(separator: ",", omittingEmptySubsequences: false)[0]
        let hostAndPort = endpoint.split(separator: "@", omittingEmptySubsequences: false)[0]
        guard let colon = hostAndPort.lastIndex(of: ":"),
            let port = UInt16(hostAndPort[hostAndPort.index(after: colon)...]), colon > hostAndPort.startIndex
        else { return nil }
        return NodeAddress(host: String(hostAndPort[..<colon]), port: Int(port))
    }

    private mutating func readSlots(_ field: Substring) throws(TopologyError) {
        let malformed = TopologyError("CLUSTER NODES names slots that are not understood: \(field.prefix(80))")
        if field.first == "[" {
            let mark = field.dropFirst().dropLast()
            // `[n->-id]` or `[n-<-id]`
            let parts = mark.split(separator: "-", maxSplits: 2)
            guard field.last == "]", parts.count == 3, let slot = Self.slot(parts[0]),
                let peer = NodeID(String(parts[2]))
            else { throw malformed }
            switch parts[1] {
            case ">": migrating[slot] = peer
            case "<": importing[slot] = peer
            default: throw malformed
            }
            return
        }
        let bounds = field.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = bounds.first.flatMap(Self.slot), let last = bounds.last.flatMap(Self.slot),
            bounds.count <= 2, first <= last
        else { throw malformed }
        slots.formUnion(SlotSet(first...last))
    }

    private static func slot(_ digits: Substring) -> HashSlot? {
        UInt16(digits).flatMap(HashSlot.init(rawValue:))
    }
}
