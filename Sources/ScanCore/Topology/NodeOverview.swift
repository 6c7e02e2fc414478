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
    /// Software and version; `nil` if the node did not answer.
    public let version: ServerVersion?

    package init(
        id: NodeID,
        address: NodeAddress?,
        role: NodeRole = .primary,
        slots: SlotSet = SlotSet(),
        keys: Int? = nil,
        linkState: LinkState = .connected,
        configEpoch: UInt64 = 0,
        version: ServerVersion? = nil
    ) {
        self.id = id
        self.address = address
        self.role = role
        self.slots = slots
        self.keys = keys
        self.linkState = linkState
        self.configEpoch = configEpoch
        self.version = version
    }
}
