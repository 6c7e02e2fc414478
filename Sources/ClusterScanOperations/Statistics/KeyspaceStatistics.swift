public import ClusterScan

/// What the keys of a cluster are: how many, how large, how long they live; by type, by pattern of their
/// names, by slot and by node, and which are the biggest.
///
/// Takes keys one by one and can be merged with others, in memory that does not grow with the number of
/// keys:
///
/// | what | kept in | error |
/// |---|---|---|
/// | numbers of keys, by type, slot and node | a counter each | none |
/// | memory and expiry of measured keys | a counter each | none |
/// | percentiles of memory | ``LogHistogram``, at most 496 counters | at most 6.25 % of the value |
/// | the biggest of the measured keys | as many as were asked for | none |
/// | patterns of names | at most 8,192 nodes | none in sums; which words become `*` is a heuristic |
/// | memory of all keys, where not all are measured | mean times number | ``KeyGroup/memoryError`` |
public struct KeyspaceStatistics: Sendable, Hashable, Codable {
    /// What was to be found out.
    public let options: StatisticsOptions
    /// All keys.
    public private(set) var total = KeyGroup()
    /// Keys by the type of their value.
    public private(set) var types: [KeyType: KeyGroup] = [:]
    /// Keys that were gone, or had expired, when they were asked about. They are not counted elsewhere.
    public private(set) var vanished: UInt64 = 0
    /// Why a server did not tell what keys take, if one did not.
    public private(set) var memoryRefusal: String?
    /// The measured keys that take most memory.
    public private(set) var biggest: BiggestKeys
    /// The longest of the measured keys of each type.
    public private(set) var longest: [KeyType: BiggestKeys] = [:]

    private var nodes: [String: NodeKeys] = [:]
    private var slotKeys = [UInt64](repeating: 0, count: HashSlot.count)
    private var slotMemory = [UInt64](repeating: 0, count: HashSlot.count)
    private var tree = PatternTree()

    private struct NodeKeys: Sendable, Hashable, Codable {
        var host: String
        var port: Int
        var group = KeyGroup()
    }

    /// Begins with no keys.
    ///
    /// - Parameter options: What is to be found out.
    public init(_ options: StatisticsOptions = StatisticsOptions()) {
        self.options = options
        biggest = BiggestKeys(capacity: options.biggestKeys)
    }

    /// Counts a key.
    ///
    /// - Parameters:
    ///   - name: The bytes of its name.
    ///   - observation: What the servers said about it.
    ///   - node: The node it was read from.
    /// - Complexity: O(*n*) in the length of the name.
    public mutating func add(
        _ name: UnsafeRawBufferPointer,
        _ observation: KeyObservation,
        at node: ClusterNode
    ) {
        let observation = ofKnownType(observation)
        total.add(observation)
        types[observation.type, default: KeyGroup()].add(observation)
        nodes[
            node.id.description,
            default: NodeKeys(host: node.address.host, port: node.address.port)
        ].group.add(observation)
        tree.add(name, observation)
        let slot = Int(HashSlot(key: name).rawValue)
        slotKeys[slot] += 1
        guard let measurement = observation.measurement else { return }
        if let memory = measurement.memory {
            slotMemory[slot] = slotMemory[slot].addingClamped(memory)
            biggest.add(name, size: memory, type: observation.type, measurement)
        }
        if let length = measurement.length {
            longest[observation.type, default: BiggestKeys(capacity: options.biggestKeys)]
                .add(name, size: length, type: observation.type, measurement)
        }
    }

    /// Servers and their modules have a dozen types; one that makes up more must not fill the memory.
    private func ofKnownType(_ observation: KeyObservation) -> KeyObservation {
        guard types[observation.type] == nil, types.count >= Self.mostTypes else { return observation }
        return KeyObservation(type: KeyType(rawValue: "(other)"), measurement: observation.measurement)
    }

    private static let mostTypes = 64

    /// Counts keys that were returned by a scan, but were gone when they were asked about.
    ///
    /// - Parameter count: How many.
    public mutating func addVanished(_ count: Int) {
        vanished += UInt64(max(0, count))
    }

    mutating func noteMemoryRefusal(_ message: String?) {
        memoryRefusal = memoryRefusal ?? message
    }

    /// Counts all the keys of other statistics: those of another part of the keyspace.
    ///
    /// - Parameter other: Statistics with the same options.
    public mutating func merge(_ other: KeyspaceStatistics) {
        total.merge(other.total)
        for (type, group) in other.types { types[type, default: KeyGroup()].merge(group) }
        vanished += other.vanished
        noteMemoryRefusal(other.memoryRefusal)
        biggest.merge(other.biggest)
        for (type, keys) in other.longest {
            longest[type, default: BiggestKeys(capacity: options.biggestKeys)].merge(keys)
        }
        for (id, node) in other.nodes {
            nodes[id, default: NodeKeys(host: node.host, port: node.port)].group.merge(node.group)
        }
        for slot in 0..<HashSlot.count {
            slotKeys[slot] += other.slotKeys[slot]
            slotMemory[slot] = slotMemory[slot].addingClamped(other.slotMemory[slot])
        }
        tree.merge(other.tree)
    }
}

extension KeyspaceStatistics {
    /// The keys whose names have one shape.
    public struct Pattern: Sendable, Hashable {
        /// A glob that matches the names, as `user:*:profile`; `nil` for the keys of all patterns that are
        /// not told.
        public let glob: String?
        /// The keys.
        public let keys: KeyGroup
        /// How many there are of each type.
        public let types: [KeyType: UInt64]
    }

    /// How many places of names are kept apart.
    package var patternNodes: Int { tree.nodeCount }

    /// The patterns of names that most keys have.
    ///
    /// A glob may match names that are counted elsewhere, as `*` also matches separators.
    ///
    /// - Parameter count: How many patterns to tell, 1 or more.
    /// - Returns: The patterns, those with most keys first, and at the end, if there are more patterns, the
    ///   keys of all others together. They add up to ``total``.
    public func patterns(atMost count: Int) -> [Pattern] {
        let (leaves, rest) = tree.leaves(atMost: count)
        return leaves.map { Pattern(glob: $0.pattern, keys: $0.keys, types: $0.types) }
            + (rest.map { [Pattern(glob: nil, keys: $0.keys, types: $0.types)] } ?? [])
    }
}

extension KeyspaceStatistics {
    /// What one slot holds.
    public struct SlotLoad: Sendable, Hashable {
        /// The slot.
        public let slot: HashSlot
        /// The number of its keys.
        public let keys: UInt64
        /// What they take, in bytes: what the measured keys of the slot take, times the sample's one in so
        /// many. Rough where few keys of the slot were measured.
        public let memory: UInt64
    }

    /// What slots can be ordered by.
    public enum SlotOrder: Sendable {
        /// The number of keys.
        case keys
        /// The memory of the keys.
        case memory
    }

    /// What a slot holds.
    ///
    /// - Parameter slot: The slot.
    /// - Returns: Its load; zeros if it holds nothing.
    public func load(of slot: HashSlot) -> SlotLoad {
        let index = Int(slot.rawValue)
        let memory =
            options.sample.isAll
            ? slotMemory[index] : UInt64(min(Double(slotMemory[index]) * options.sample.oneIn, 1e18))
        return SlotLoad(slot: slot, keys: slotKeys[index], memory: memory)
    }

    /// The slots that hold most.
    ///
    /// - Parameters:
    ///   - count: How many slots to tell.
    ///   - order: What they are ordered by.
    /// - Returns: At most so many slots that are not empty, those that hold most first.
    public func hottestSlots(_ count: Int, by order: SlotOrder) -> [SlotLoad] {
        let loads = SlotSet.all.map { load(of: $0) }.filter { $0.keys > 0 }
        func weight(_ load: SlotLoad) -> UInt64 { order == .keys ? load.keys : load.memory }
        let sorted = loads.sorted {
            weight($0) != weight($1) ? weight($0) > weight($1) : $0.slot < $1.slot
        }
        return Array(sorted.prefix(max(0, count)))
    }
}

extension KeyspaceStatistics {
    /// What one node holds.
    public struct NodeLoad: Sendable, Hashable {
        /// The node.
        public let node: ClusterNode
        /// The slots it serves; empty if that is not known.
        public let slots: SlotSet
        /// The keys that were read from it.
        public let keys: KeyGroup
    }

    /// What each node holds.
    ///
    /// - Parameter topology: Tells the slots of nodes, and which nodes hold no keys; `nil` to do without.
    /// - Returns: The nodes that were read and the primaries of the topology, by address.
    public func nodeLoads(in topology: ClusterTopology? = nil) -> [NodeLoad] {
        let shards = topology?.shards ?? []
        var loads = shards.map { shard in
            NodeLoad(
                node: shard.primary,
                slots: shard.slots,
                keys: nodes[shard.primary.id.description]?.group ?? KeyGroup()
            )
        }
        let known = Set(loads.map(\.node.id))
        for (id, keys) in nodes {
            guard let id = NodeID(id), !known.contains(id) else { continue }
            let node = ClusterNode(id: id, address: NodeAddress(host: keys.host, port: keys.port))
            loads.append(NodeLoad(node: node, slots: SlotSet(), keys: keys.group))
        }
        return loads.sorted { $0.node.address < $1.node.address }
    }
}
