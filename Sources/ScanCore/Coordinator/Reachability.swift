/// Whether the cluster is where it says it is: seen from here, the addresses that it announces may mean
/// nothing.
struct Reachability: Sendable {
    /// Whether the topology came from an address that is not in it.
    private var comesFromElsewhere = false
    private var hasAnnouncedNodeAnswered = false
    private var hasBeenReported = false
    private(set) var unconnected: Set<NodeAddress> = []

    /// The topology was read.
    mutating func topologyRead(_ topology: ClusterTopology, from source: NodeAddress?) {
        comesFromElsewhere = source.map { !topology.announces($0) } ?? false
    }

    /// A node answered at the address that the cluster announces for it.
    mutating func answered() {
        guard !hasAnnouncedNodeAnswered else { return }
        hasAnnouncedNodeAnswered = true
        unconnected = []
    }

    /// Something that was asked of an announced address did not happen.
    mutating func failed(_ failure: ScanFailure) {
        guard failure.isUnconnected, !hasAnnouncedNodeAnswered, let address = failure.address else { return }
        unconnected.insert(address)
    }

    /// Whether the cluster answers, but at none of the announced addresses that were tried. A node that is
    /// down does not look like this: others answer where they are announced.
    var isInDoubt: Bool { comesFromElsewhere && !hasAnnouncedNodeAnswered && !unconnected.isEmpty }

    /// Whether that is to be reported now: once, when so many addresses have been tried.
    mutating func isWorthReporting(afterTrying count: Int) -> Bool {
        guard isInDoubt, !hasBeenReported, unconnected.count >= count else { return false }
        hasBeenReported = true
        return true
    }

    /// In words.
    var diagnosis: String {
        let listed = unconnected.sorted().prefix(Self.mostListed).map(\.description).joined(separator: ", ")
        let more = unconnected.count - Self.mostListed
        return "the cluster answers, but announces addresses that cannot be reached from here: \(listed)"
            + (more > 0 ? " and \(more) more" : "")
    }

    private static let mostListed = 8
}

extension ClusterTopology {
    /// Whether a node listens at this address, according to the cluster.
    fileprivate func announces(_ address: NodeAddress) -> Bool {
        shards.contains { shard in
            shard.primary.address == address || shard.replicas.contains { $0.address == address }
        }
    }
}
