import ScanCore

/// One node of the simulated cluster: its own state, and what it believes about the others.
final class SimulatedNode {
    /// What a node tells of itself by gossip.
    struct Claim {
        var address: NodeAddress
        var role: NodeRole
        var epoch: UInt64
        var slots: Set<HashSlot>
    }

    let id: NodeID
    var address: NodeAddress
    var process: SimulatedProcess?
    var role: NodeRole
    var epoch: UInt64
    var slots: Set<HashSlot> = []
    var migrating: [HashSlot: NodeID] = [:]
    var importing: [HashSlot: NodeID] = [:]
    /// What it last heard of the others.
    var heard: [NodeID: Claim] = [:]
    /// The highest epoch it has heard of.
    var currentEpoch: UInt64
    /// The slots that it has served or imported since the iteration began.
    var served: Set<HashSlot> = []
    /// Whether it is a server of its own, or of another cluster.
    var isForeign = false
    /// What it answers with errors.
    var spell: SimulatedError.Spell?
    /// Until when its cluster bus is cut, and since when.
    var cutUntil = 0
    var cutSince = 0
    /// Its replica that is being elected, because it is back empty before others noticed.
    var pendingHeir: NodeID?
    /// How far the stream of changes has come: of its own as a primary, of its primary's as a replica.
    var offset: UInt64 = 1
    /// Until when a replica receives nothing, though its link is up.
    var lagUntil = 0
    /// Until when a replica's link to its primary is down.
    var linkDownUntil = 0
    /// Until when a replica receives a full copy.
    var syncUntil = 0

    init(id: NodeID, address: NodeAddress, role: NodeRole, epoch: UInt64) {
        self.id = id
        self.address = address
        self.role = role
        self.epoch = epoch
        currentEpoch = epoch
    }

    var isPrimary: Bool { role == .primary }
    /// What it says it is when a connection is opened.
    var identity: NodeIdentity { id == .standalone ? .standalone : .node(id) }
    var claim: Claim { Claim(address: address, role: role, epoch: epoch, slots: slots) }

    /// Hears of another node. Of two that claim a slot, the one with the higher epoch has it.
    func hear(_ claim: Claim, of other: NodeID) {
        heard[other] = claim
        currentEpoch = max(currentEpoch, claim.epoch)
        guard claim.role == .primary else { return }
        // clusterHandleConfigEpochCollision: of two with one epoch, the smaller id takes a new one.
        if isPrimary, claim.epoch == epoch, id < other {
            currentEpoch += 1
            epoch = currentEpoch
        }
        for slot in claim.slots where slots.contains(slot) && claim.epoch > epoch {
            slots.remove(slot)
            migrating[slot] = nil
        }
        // A slot that has arrived where it was sent is no longer on its way.
        for (slot, destination) in migrating where destination == other && claim.slots.contains(slot) {
            if !slots.contains(slot) { migrating[slot] = nil }
        }
    }

    /// Whether the epoch with which this node would take a slot over is above that of its owner. If not, the
    /// slot may leave and come back with no trace at all: `Docs/Guarantee.md`, what nobody can promise.
    func outranks(_ owner: SimulatedNode) -> Bool {
        heard[owner.id]?.epoch == owner.epoch && (epoch > owner.epoch || epoch < currentEpoch)
    }

    /// `CLUSTER SLOTS`, as this node sees it.
    var topology: ClusterTopology? {
        guard id != .standalone else { return ClusterTopology(standalone: address) }
        var claims = heard
        claims[id] = claim
        var owners: [HashSlot: (NodeID, UInt64)] = [:]
        // In order, as two may claim a slot at one epoch.
        for (node, claim) in claims.sorted(by: { $0.key < $1.key }) where claim.role == .primary {
            for slot in claim.slots where (owners[slot].map { claim.epoch > $0.1 } ?? true) {
                owners[slot] = (node, claim.epoch)
            }
        }
        let shards = Set(owners.values.map(\.0)).compactMap { primary -> ClusterTopology.Shard? in
            guard let claim = claims[primary] else { return nil }
            var slots = SlotSet()
            for (slot, owner) in owners where owner.0 == primary { slots.insert(slot) }
            let replicas = claims.filter { $0.value.role == .replica(of: primary) }
                .map { ClusterNode(id: $0.key, address: $0.value.address) }
                .sorted { $0.id < $1.id }
            return ClusterTopology.Shard(
                primary: ClusterNode(id: primary, address: claim.address),
                replicas: replicas,
                slots: slots
            )
        }
        return shards.isEmpty ? nil : try? ClusterTopology(shards: shards)
    }

    /// Whether the node has been cut off for so long that it knows.
    func seesMajority(at now: Int, knowsAfter delay: Int) -> Bool {
        !(cutUntil > now && now - cutSince > delay)
    }

    /// Whether it says who it is, and what it knows.
    func answers(at now: Int) -> Bool {
        guard let process, process.isRunning, process.loadingUntil <= now else { return false }
        return !(spell.map { $0.until > now && $0.steps.contains(.status) } ?? false)
    }

    /// A replica's primary, as this node knows.
    private func primary(of other: NodeID) -> NodeID? {
        if case .replica(let primary)? = heard[other]?.role { primary } else { nil }
    }

    /// `CLUSTER NODES` and `INFO server`.
    func status(of process: SimulatedProcess) -> NodeStatus {
        let served: Set<HashSlot> =
            switch role {
            case .primary: slots
            case .replica(let primary): heard[primary]?.slots ?? []
            }
        var peers: [NodeID: NodeAddress] = [:]
        for peer in Set(migrating.values).union(importing.values) { peers[peer] = heard[peer]?.address }
        var successors: [NodeID: NodeID] = [:]
        for peer in migrating.values { successors[peer] = primary(of: peer) }
        for peer in successors.values { peers[peer] = heard[peer]?.address }
        var status = NodeStatus(
            nodeID: id,
            runID: process.runID,
            role: role,
            configEpoch: {
                if case .replica(let primary) = role { return heard[primary]?.epoch ?? 0 }
                return epoch
            }(),
            slots: SlotSet(Array(served)),
            migrating: isPrimary ? migrating : [:],
            importing: isPrimary ? importing : [:],
            peers: peers,
            others: (topology?.shards ?? []).reduce(into: [:]) { others, shard in
                if shard.primary.id != id { others[shard.primary.id] = Array(shard.slots.ranges) }
            },
            version: process.flavour == .perSlot ? ServerVersion(.valkey, 8, 0) : ServerVersion(.redis, 7, 0)
        )
        status.successors = successors
        status.highestEpoch = max(currentEpoch, epoch)
        for other in status.others.keys { status.epochs[other] = heard[other]?.epoch }
        return status
    }
}

/// One run of a server: gone with all its cursors when the server restarts.
final class SimulatedProcess {
    let runID: RunID
    let flavour: SimulatedKeyspace.Flavour
    var keyspace: SimulatedKeyspace
    var isRunning = true
    /// Until when it answers LOADING.
    var loadingUntil = 0
    /// When it started.
    var startedAt = -1_000_000

    init(runID: RunID, flavour: SimulatedKeyspace.Flavour, keyspace: SimulatedKeyspace) {
        self.runID = runID
        self.flavour = flavour
        self.keyspace = keyspace
    }
}
