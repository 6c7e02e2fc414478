/// A node of the cluster, as a table of nodes shows it.
public struct NodeOverview: Hashable, Sendable {
    /// What the node that was asked thinks of the connection to this one.
    public enum LinkState: String, Hashable, Sendable {
        /// All is well.
        case connected
        /// There is no connection at this moment.
        case disconnected
        /// The node is silent, but not enough others say so yet (`fail?`).
        case suspected
        /// The cluster agrees that the node is out of reach (`fail`).
        case failed
        /// The node is being made known to the cluster.
        case joining
    }

    /// The node's lasting name.
    public let id: NodeID
    /// Where this client reaches the node; `nil` if the cluster has lost its address.
    public let address: NodeAddress?
    /// What the node is to its shard.
    public let role: NodeRole
    /// The slots the node serves. Empty for replicas.
    public let slots: SlotSet
    /// How many keys the node holds (`DBSIZE`), expired ones that are not deleted yet included; `nil` if it
    /// did not answer.
    public let keys: Int?
    /// What the node that was asked thinks of the connection to this one.
    public let linkState: LinkState
    /// The node's config epoch.
    public let configEpoch: UInt64
    /// Software and version; `nil` if the node did not say so.
    public let version: ServerVersion?
    /// Whether the node answered, be it with a refusal.
    public let isAnswering: Bool
    /// How much memory its data takes (`used_memory`), in bytes; `nil` if the node did not say so.
    public let memory: Int?
    /// Whether a replica has all changes sent to it as they happen; `nil` at primaries, and if it did not say
    /// so.
    public let isFollowing: Bool?
    /// How far the stream of changes has come, in bytes: at a primary what it has written, at a replica what
    /// it has applied. `nil` if the node did not say so.
    public let replicationOffset: UInt64?
    /// Slots that the node is marked to hand over key by key, and the nodes they go to.
    public let migrating: [HashSlot: NodeID]
    /// Slots that the node is marked to take over key by key, and the nodes they come from.
    public let importing: [HashSlot: NodeID]

    package init(
        id: NodeID,
        address: NodeAddress?,
        role: NodeRole = .primary,
        slots: SlotSet = SlotSet(),
        keys: Int? = nil,
        linkState: LinkState = .connected,
        configEpoch: UInt64 = 0,
        version: ServerVersion? = nil,
        isAnswering: Bool = true,
        memory: Int? = nil,
        replication: ReplicationInfo? = nil,
        migrating: [HashSlot: NodeID] = [:],
        importing: [HashSlot: NodeID] = [:]
    ) {
        self.id = id
        self.address = address
        self.role = role
        self.slots = slots
        self.keys = keys
        self.linkState = linkState
        self.configEpoch = configEpoch
        self.version = version
        self.isAnswering = isAnswering
        self.memory = memory
        isFollowing = replication.flatMap { $0.isReplica ? $0.follows : nil }
        replicationOffset = replication?.offset
        self.migrating = migrating
        self.importing = importing
    }
}
