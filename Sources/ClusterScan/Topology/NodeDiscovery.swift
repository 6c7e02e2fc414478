/// Which addresses are asked for the topology, and in which order.
package struct NodeDiscovery: Sendable {
    /// The addresses the user gave.
    let seeds: [NodeAddress]
    private var attempts = 0

    package init(seeds: [NodeAddress]) {
        self.seeds = seeds
    }

    /// The addresses to ask, one after the other until one answers.
    ///
    /// Nodes known from the last topology come first, as seeds may be long gone. Each call begins with
    /// another one, so that a node with an outdated view is not believed for ever.
    package mutating func candidates(knowing topology: ClusterTopology?) -> [NodeAddress] {
        let known = topology?.shards.map(\.primary.address) ?? []
        let replicas = topology?.shards.flatMap(\.replicas).map(\.address) ?? []
        let start = known.isEmpty ? 0 : attempts % known.count
        let rotated = known[start...] + known[..<start]
        attempts += 1
        var seen: Set<NodeAddress> = []
        return (rotated + seeds + replicas).filter { seen.insert($0).inserted }
    }

    /// One failure that speaks for all the addresses that were asked.
    package static func summary(of failures: [ScanFailure]) -> ScanFailure {
        guard let first = failures.first else {
            return ScanFailure(.giveUp, .unreachable, "no address was given to start from")
        }
        // What asking again cannot mend, the user has to; what only takes time, time will.
        if let hopeless = failures.first(where: { $0.remedy == .giveUp && !$0.concernsOneNode }) {
            return hopeless
        }
        if failures.allSatisfy(\.concernsOneNode) { return first }
        if let waiting = failures.first(where: { $0.remedy == .wait }) { return waiting }
        guard failures.count > 1 else { return first }
        let causes = failures.map { failure in
            (failure.address.map { "\($0): " } ?? "") + failure.message
        }
        let message = "no node of the cluster answers: " + causes.joined(separator: "; ")
        return ScanFailure(.rediscover, first.code, message)
    }
}
