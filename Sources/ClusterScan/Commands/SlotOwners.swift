/// The node to ask for each slot: a topology in the form in which a key finds its node in one step, and which
/// redirections correct.
package struct SlotOwners: Sendable {
    /// The nodes, each once.
    private(set) var addresses: [NodeAddress]
    private var indices: [UInt16]

    private static let nobody = UInt16.max

    /// Lays out a topology.
    ///
    /// - Parameter topology: Who serves what.
    package init(_ topology: ClusterTopology) {
        addresses = topology.shards.map(\.primary.address)
        indices = [UInt16](repeating: SlotOwners.nobody, count: HashSlot.count)
        for (index, shard) in topology.shards.enumerated() {
            for range in shard.slots.ranges {
                for slot in range.lowerBound.rawValue...range.upperBound.rawValue {
                    indices[Int(slot)] = UInt16(index)
                }
            }
        }
    }

    /// The position in ``addresses`` of the node that serves a slot.
    subscript(slot: HashSlot) -> Int? {
        let index = indices[Int(slot.rawValue)]
        return index == SlotOwners.nobody ? nil : Int(index)
    }

    /// Notes that a slot is served elsewhere.
    ///
    /// - Returns: Whether that is news.
    mutating func assign(_ slot: HashSlot, to address: NodeAddress) -> Bool {
        let known = addresses.firstIndex(of: address)
        guard known == nil || known != self[slot] else { return false }
        let index = known ?? addresses.count
        // More nodes than slots: only if someone makes them up. The commands reach their nodes without.
        guard index < HashSlot.count else { return true }
        if known == nil { addresses.append(address) }
        indices[Int(slot.rawValue)] = UInt16(index)
        return true
    }
}
