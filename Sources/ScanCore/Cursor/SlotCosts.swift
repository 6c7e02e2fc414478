/// What reading each slot is expected to cost, in keys, and which node it costs.
struct SlotCosts {
    /// By slot: the index of its shard, or the number of shards where no node serves it.
    private(set) var owners: [Int]
    private var keys: [Double]

    /// A slot costs a command or a share of a walk even when it is empty.
    private static let visit = 1.0

    init(topology: ClusterTopology, keyCounts: [NodeID: Int]) {
        let known = topology.shards.filter { keyCounts[$0.primary.id] != nil && !$0.slots.isEmpty }
        func count(_ shard: ClusterTopology.Shard) -> Double {
            Double(max(0, keyCounts[shard.primary.id] ?? 0))
        }
        let knownSlots = known.reduce(0) { $0 + $1.slots.count }
        let average = knownSlots == 0 ? 1 : known.reduce(0) { $0 + count($1) } / Double(knownSlots)
        owners = Array(repeating: topology.shards.count, count: HashSlot.count)
        keys = Array(repeating: average, count: HashSlot.count)
        for (index, shard) in topology.shards.enumerated() {
            let isKnown = keyCounts[shard.primary.id] != nil
            let density = isKnown ? count(shard) / Double(max(1, shard.slots.count)) : average
            for slot in shard.slots {
                owners[Int(slot.rawValue)] = index
                keys[Int(slot.rawValue)] = density
            }
        }
    }

    func cost(of slot: HashSlot) -> Double {
        Self.visit + keys[Int(slot.rawValue)]
    }

    /// What is left to read of a slot that a lane has claimed. How far a walk of a node has come cannot be
    /// told.
    func cost(of slot: HashSlot, at position: LaneRecord.Position) -> Double {
        switch position {
        case .scan: cost(of: slot)
        case .slots(let next): Int(slot.rawValue) < next ? Self.visit : cost(of: slot)
        case .walked: Self.visit
        }
    }

    func owner(of slot: HashSlot) -> Int {
        owners[Int(slot.rawValue)]
    }
}
