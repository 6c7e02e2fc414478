/// Which addresses are asked for the topology, and in which order.
package struct NodeDiscovery: Sendable {
    /// How many nodes of a topology are tried in one go, and as many replicas: each may take a timeout of
    /// seconds, and a server that lists thousands of nodes that are not there must not keep anyone for hours.
    private static let mostAtOnce = 16

    /// The addresses the user gave.
    let seeds: [NodeAddress]
    private var attempts = 0

    package init(seeds: [NodeAddress]) {
        self.seeds = seeds
    }

    /// The addresses to ask, one after the other until one answers.
    ///
    /// Nodes known from the last topology come first, as seeds may be long gone. Each call begins with
    /// another one, so that a node with an outdated view is not believed for ever, and in a large cluster
    /// with those that were not tried by the call before. Those that were silent when they were asked last
    /// come behind all others: each costs a time limit.
    package mutating func candidates(
        knowing topology: ClusterTopology?,
        silent: Set<NodeAddress> = []
    ) -> [NodeAddress] {
        let known = topology?.shards.map(\.primary.address) ?? []
        let replicas = topology?.shards.flatMap(\.replicas).map(\.address) ?? []
        let step = attempts
        attempts = (attempts + 1) % (1 << 32)
        var seen: Set<NodeAddress> = []
        // Few primaries take turns in being the first; of many, others are tried each time.
        let primaries = Self.some(
            of: known,
            from: known.count > Self.mostAtOnce ? step * Self.mostAtOnce : step
        )
        let others = Self.some(
            of: replicas,
            from: replicas.count > Self.mostAtOnce ? step * Self.mostAtOnce : 0
        )
        let tried = primaries + seeds + others
        let all = tried.filter { seen.insert($0).inserted }
        guard !silent.isEmpty else { return all }
        return all.filter { !silent.contains($0) } + all.filter(silent.contains)
    }

    private static func some(of addresses: [NodeAddress], from start: Int) -> ArraySlice<NodeAddress> {
        guard !addresses.isEmpty else { return [] }
        let start = start % addresses.count
        return (addresses[start...] + addresses[..<start]).prefix(mostAtOnce)
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
            failure.place + failure.message
        }
        let message = "no node of the cluster answers: " + causes.joined(separator: "; ")
        var summary = ScanFailure(.rediscover, first.code, message)
        summary.isUnconnected = failures.allSatisfy(\.isUnconnected)
        return summary
    }
}
