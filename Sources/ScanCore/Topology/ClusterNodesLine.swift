/// One line of `CLUSTER NODES`.
///
/// Form: `id ip:port@cport[,hostname[,name=value…]] flags primary ping pong epoch link slot…`, where a slot
/// is `n`, `n-m`, `[n->-id]` (migrating) or `[n-<-id]` (importing); the last two stand on the node's own
/// line only. Source: <https://redis.io/docs/latest/commands/cluster-nodes/>.
package struct ClusterNodesLine: Hashable, Sendable {
    /// The flags that matter here; servers have more.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The line is about the node that was asked.
        package static let myself = Flags(rawValue: 1)
        package static let primary = Flags(rawValue: 2)
        /// The node is out of reach (`fail`), or the node that was asked thinks so (`fail?`).
        package static let failing = Flags(rawValue: 4)
        /// The node is out of reach, and most primaries agree (`fail`).
        package static let failed = Flags(rawValue: 8)
        /// The node is being made known (`handshake`).
        package static let joining = Flags(rawValue: 16)
    }

    package let id: NodeID
    /// `ip:port` as the cluster bus knows it; `nil` where the node's address is not known.
    package let address: NodeAddress?
    /// The host name that the node announces besides; `nil` for none.
    package let hostname: String?
    package let flags: Flags
    package let primary: NodeID?
    package let configEpoch: UInt64
    /// Whether the node that was asked has a connection to this one.
    package let isLinked: Bool
    package private(set) var slots = SlotSet()
    package private(set) var migrating: [HashSlot: NodeID] = [:]
    package private(set) var importing: [HashSlot: NodeID] = [:]

    package var isMyself: Bool { flags.contains(.myself) }
    package var isPrimary: Bool { flags.contains(.primary) }
    /// Whether the node is, or is thought to be, out of reach.
    package var isFailing: Bool { flags.contains(.failing) }

    /// Reads every line of a reply.
    ///
    /// - Parameter reply: What the server answered.
    /// - Returns: The lines, in the order of the reply.
    /// - Throws: ``TopologyError`` if a line is not of the documented form, or a slot stands on two lines.
    /// - Complexity: O(length of the reply).
    package static func parse(_ reply: String) throws(TopologyError) -> [ClusterNodesLine] {
        var lines: [ClusterNodesLine] = []
        var served = SlotSet()
        var knowsMyself = false
        for bytes in Array(reply.utf8).split(separator: UInt8(ascii: "\n")) {
            let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            guard !bytes.isEmpty else { continue }
            let line = try ClusterNodesLine(bytes)
            if !line.slots.isEmpty {
                // At once: each line with slots takes 2 KiB, and so there are no more of them than slots.
                guard served.isDisjoint(with: line.slots) else {
                    throw TopologyError("CLUSTER NODES lists a slot under two nodes")
                }
                served.formUnion(line.slots)
            }
            if line.isMyself {
                guard !knowsMyself else {
                    throw TopologyError("CLUSTER NODES has two lines about the node that was asked")
                }
                knowsMyself = true
            }
            lines.append(line)
        }
        return lines
    }

    /// The ids of all nodes of a reply, whatever else their lines say.
    package static func ids(in reply: String) -> [NodeID] {
        reply.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            NodeID(digits: line.prefix { $0 != UInt8(ascii: " ") })
        }
    }

    private init(_ line: ArraySlice<UInt8>) throws(TopologyError) {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count >= 8, let id = NodeID(digits: fields[0]),
            let epoch = UInt64(decimalDigits: fields[6])
        else {
            throw TopologyError(
                "CLUSTER NODES answered with a line that is not understood: \(Self.excerpt(line))"
            )
        }
        self.id = id
        address = Self.address(fields[1])
        hostname = Self.hostname(fields[1])
        flags = Self.flags(fields[2])
        primary = NodeID(digits: fields[3])
        configEpoch = epoch
        isLinked = fields[7].elementsEqual("connected".utf8)
        for field in fields.dropFirst(8) {
            guard readMark(field) || readRange(field) else {
                throw TopologyError(
                    "CLUSTER NODES names slots that are not understood: \(Self.excerpt(field))"
                )
            }
        }
    }

    private static func flags(_ field: ArraySlice<UInt8>) -> Flags {
        var flags: Flags = []
        for name in field.split(separator: UInt8(ascii: ",")) {
            if name.elementsEqual("myself".utf8) {
                flags.insert(.myself)
            } else if name.elementsEqual("master".utf8) {
                flags.insert(.primary)
            } else if name.elementsEqual("fail".utf8) {
                flags.formUnion([.failing, .failed])
            } else if name.elementsEqual("fail?".utf8) {
                flags.insert(.failing)
            } else if name.elementsEqual("handshake".utf8) {
                flags.insert(.joining)
            }
        }
        return flags
    }

    /// An IPv6 address stands there without brackets, so the last colon is the one before the port.
    private static func address(_ field: ArraySlice<UInt8>) -> NodeAddress? {
        let endpoint = field.prefix { $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ",") }
        guard let colon = endpoint.lastIndex(of: UInt8(ascii: ":")), colon > endpoint.startIndex,
            let port = UInt16(decimalDigits: endpoint[(colon + 1)...]), port > 0
        else { return nil }
        return NodeAddress(host: String(decoding: endpoint[..<colon], as: UTF8.self), port: Int(port))
    }

    /// What follows the first comma, if it is no `name=value`.
    private static func hostname(_ field: ArraySlice<UInt8>) -> String? {
        guard let comma = field.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let name = field[(comma + 1)...].prefix { $0 != UInt8(ascii: ",") }
        guard !name.isEmpty, !name.contains(UInt8(ascii: "=")) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// Where the node is asked.
    ///
    /// - Parameter prefersHostname: Whether the cluster announces its nodes by host name.
    /// - Returns: `nil` where the node's address is not known.
    package func address(prefersHostname: Bool) -> NodeAddress? {
        guard prefersHostname, let hostname else { return address }
        return address.map { NodeAddress(host: hostname, port: $0.port) }
    }

    /// `n` or `n-m`.
    private mutating func readRange(_ field: ArraySlice<UInt8>) -> Bool {
        let bounds = field.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = bounds.first.flatMap(Self.slot), let last = bounds.last.flatMap(Self.slot),
            first <= last
        else { return false }
        slots.insert(first...last)
        return true
    }

    /// `[n->-id]` or `[n-<-id]`.
    private mutating func readMark(_ field: ArraySlice<UInt8>) -> Bool {
        guard field.first == UInt8(ascii: "["), field.last == UInt8(ascii: "]") else { return false }
        let parts = field.dropFirst().dropLast().split(separator: UInt8(ascii: "-"), maxSplits: 2)
        guard parts.count == 3, parts[1].count == 1, let slot = Self.slot(parts[0]),
            let peer = NodeID(digits: parts[2])
        else { return false }
        switch parts[1].first {
        case UInt8(ascii: ">"): migrating[slot] = peer
        case UInt8(ascii: "<"): importing[slot] = peer
        default: return false
        }
        return true
    }

    private static func slot(_ digits: ArraySlice<UInt8>) -> HashSlot? {
        UInt16(decimalDigits: digits).flatMap(HashSlot.init(rawValue:))
    }

    private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(120), as: UTF8.self)
    }
}
