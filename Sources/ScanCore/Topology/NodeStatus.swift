/// What a server process says about itself, at one moment: the only ground on which slots are claimed and
/// credited.
///
/// In cluster mode it is read from `CLUSTER NODES`, whose own line (flag `myself`) is the one place that
/// shows role, config epoch, slots and migration marks in one reply, and from `INFO server`, which alone
/// has the run id.
package struct NodeStatus: Hashable, Sendable {
    /// The lasting name of the node.
    package var nodeID: NodeID
    /// The name of the running process.
    package var runID: RunID
    /// What the node is to its shard.
    package var role: NodeRole
    /// The config epoch of the node, or of its primary if it is a replica.
    package var configEpoch: UInt64
    /// The slots the node serves, or its primary serves if it is a replica, as this node knows.
    package var slots: SlotSet
    /// Slots on their way to another node, key by key (`[slot->-id]`). Primaries only.
    package var migrating: [HashSlot: NodeID]
    /// Slots on their way here, key by key (`[slot-<-id]`). Primaries only.
    package var importing: [HashSlot: NodeID]
    /// Where this node reaches the other ends of its migrations; they may serve no slots yet, and are then
    /// in no topology.
    package var peers: [NodeID: NodeAddress]
    /// The slots of the other primaries, as this node sees it.
    package var others: [NodeID: [ClosedRange<HashSlot>]]
    /// Whether the node reaches most of the primaries that serve slots. A primary that does not may have been
    /// replaced without knowing it.
    package var seesMajority: Bool
    /// Software and version.
    package var version: ServerVersion
    /// The config epochs of the primaries in ``others``, as this node knows them.
    package var epochs: [NodeID: UInt64] = [:]
    /// The highest epoch that this node knows of, its own included; `nil` if that is not known.
    package var highestEpoch: UInt64?
    /// Other ends of migrations that are replicas now, and the primaries they follow.
    package var successors: [NodeID: NodeID] = [:]
    /// What the node says of the cluster's state; `nil` if that is not known.
    package var health: ClusterHealth?
    /// How long the process has run; `nil` if that is not known.
    package var uptime: Duration?
    /// How the node stands to its replicas, or to its primary; `nil` if that is not known.
    package var replication: ReplicationInfo?

    package init(
        nodeID: NodeID,
        runID: RunID,
        role: NodeRole = .primary,
        configEpoch: UInt64 = 0,
        slots: SlotSet = .all,
        migrating: [HashSlot: NodeID] = [:],
        importing: [HashSlot: NodeID] = [:],
        peers: [NodeID: NodeAddress] = [:],
        others: [NodeID: [ClosedRange<HashSlot>]] = [:],
        seesMajority: Bool = true,
        version: ServerVersion = ServerVersion(.redis, 7, 0)
    ) {
        self.nodeID = nodeID
        self.runID = runID
        self.role = role
        self.configEpoch = configEpoch
        self.slots = slots
        self.migrating = migrating
        self.importing = importing
        self.peers = peers
        self.others = others
        self.seesMajority = seesMajority
        self.version = version
    }

    /// Slots with a migration mark of either direction.
    package var marked: SlotSet {
        var slots = SlotSet()
        for slot in migrating.keys { slots.insert(slot) }
        for slot in importing.keys { slots.insert(slot) }
        return slots
    }
}
