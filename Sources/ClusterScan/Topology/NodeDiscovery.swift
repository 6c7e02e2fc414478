/// Which addresses are asked for the topology, and in which order.
struct NodeDiscovery: Sendable {
    /// The addresses the user gave.
    let seeds: [NodeAddress]
    private var attempts = 0

    init(seeds: [NodeAddress]) {
        self.seeds = seeds
    }

    /// The addresses to ask, one after the other until one answers.
    ///
    /// Nodes known from the last topology come first, as seeds may be long gone. Each call begins with another one, so
    /// that a node with an outdated view is not believed for ever.
    mutating func candidates(knowing topology: ClusterTopology?) -> [NodeAddress] {
        let known = topology?.shards.map(\.primary.address) ?? []
        let replicas = topology?.shards.flatMap(\.replicas).map(\.address) ?? []
        let rotated = known.isEmpty ? [] : Array(known[(attempts % known.count)...] + known[..<(attempts % known.count)])
        attempts += 1
        var seen: Set<NodeAddress> = []
        return (rotated + seeds + replicas).filter { seen.insert($0).inserted }
    }

    /// One failure that speaks for all the addresses that were asked.
    static func summary(of failures: [ScanFailure]) -> ScanFailure {
        guard let first = failures.first else {
            return ScanFailure(.giveUp, .unreachable, "no address was given to start from")
        }
        // What asking again cannot mend, the user has to; what only takes time, time will.
        if let hopeless = failures.first(where: { $0.remedy == .giveUp }) { return hopeless }
        if let waiting = failures.first(where: { $0.remedy == .wait }) { return waiting }
        guard failures.count > 1 else { return first }
        let causes = failures.map { failure in
            (failure.address.map { "\($0): " } ?? "") + failure.message
        }
        return ScanFailure(.rediscover, first.code, "no node of the cluster answers: " + causes.joined(separator: "; "))
    }
}
