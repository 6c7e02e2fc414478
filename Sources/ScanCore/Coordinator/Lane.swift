/// What is under way for one lane. What must outlive the process is in its ``LaneRecord``.
struct Lane: Sendable {
    enum Phase: Sendable, Hashable {
        /// Waits for what the status sources say about themselves, before the first page or after a failure.
        case opening
        /// Waits for the next call that its node's limits allow.
        case resting(until: Duration)
        /// Waits for a page.
        case reading
        /// Waits for what the status sources say about themselves after the last page.
        case closing
        /// Waits for time to pass after a failure.
        case pausing(until: Duration)
    }

    let id: LaneID
    /// Whether it walks a shard for slots that the shard owns; if not, it reads slots on the move.
    let isOwned: Bool
    /// The node that is read.
    var node: ClusterNode
    /// The nodes whose word decides what is claimed and credited: the node itself, the primary of a
    /// replica, the source of a migration.
    var statusSources: [ClusterNode]
    var phase: Phase = .opening
    /// How often the status sources have been asked.
    var statusRequest = 0
    /// Whether they must be asked now, rather than say what they said when their connection was opened.
    var isAskedAfresh = true
    /// What the status sources have said in this phase.
    var receivedStatuses: [NodeID: NodeStatus] = [:]
    /// Failures in a row.
    var failures = 0
    /// The slots that its node owns, where it is walked for these.
    var served: SlotSet?
    /// Keys of other slots that were met.
    var leftOver: [HashSlot: Int] = [:]
    /// R11: where the primary stood when a lane at its replica opened.
    var neededOffset: UInt64?

    /// The slot that the server is expected to walk alone.
    var slotWalkedAlone: HashSlot?
    /// Keys handed out since something was last credited.
    var uncreditedKeys: UInt64 = 0
    /// Whether a page of it was handed out.
    private var hasHandedOut = false
    /// Watches the server's cursor; `nil` before the first page of this process.
    var cycle: CursorCycle?
    /// Sizes of slots that are next to be read.
    var sizes = SlotSizes()
    /// The burst that was asked for.
    var reads = SlotBurst()

    var isPausing: Bool {
        if case .pausing = phase { true } else { false }
    }

    /// Whether its pause ends at or before a moment.
    func isPausing(until moment: Duration) -> Bool {
        if case .pausing(let end) = phase { end <= moment } else { false }
    }

    var isResting: Bool {
        if case .resting = phase { true } else { false }
    }

    /// Whether its rest ends at or before a moment.
    func isResting(until moment: Duration) -> Bool {
        if case .resting(let end) = phase { end <= moment } else { false }
    }

    init(id: LaneID, isOwned: Bool, node: ClusterNode, statusSources: [ClusterNode]) {
        self.id = id
        self.isOwned = isOwned
        self.node = node
        self.statusSources = statusSources
    }

    /// Counts keys that are handed out.
    ///
    /// - Returns: The node they were read from, the first time.
    mutating func handOut(keys: Int) -> NodeID? {
        uncreditedKeys += UInt64(keys)
        guard !hasHandedOut else { return nil }
        hasHandedOut = true
        return node.id
    }

    /// What every source has said, in the order of ``statusSources``; `nil` until all have.
    var statuses: [NodeStatus]? {
        let said = statusSources.compactMap { receivedStatuses[$0.id] }
        return said.count == statusSources.count ? said : nil
    }
}
