import ScanCore

/// One iteration over one simulated cluster, from its first session to its end, decided by one seed.
struct Simulation {
    /// What came of it. `violations` is empty if the promise was kept.
    struct Verdict: Sendable {
        var violations: [String] = []
        var sessions = 0
        var events = 0
        var keysPromised = 0
        var duplicates = 0
        var restarts = 0
        /// Iterations that ended with an error that named slots which no node serves.
        var honestFailures = 0
        /// Errors after which something was mended, and the iteration carried on from their cursor.
        var errorsMended = 0
        var faults: [String: Int] = [:]
    }

    let seed: UInt64
    var isWide = false
    /// What the coordinator is deceived with, to see that the simulation notices.
    var falsehood: Falsehood?
    /// Whether everything that is reported is printed.
    var isTraced = false

    func run() -> Verdict {
        let timeline = Timeline()
        var random = SplitMix64(state: seed ^ 0x5EED)
        let cluster = SimulatedCluster(seed: seed, isWide: isWide, timeline: timeline)
        cluster.isTraced = isTraced
        cluster.disturbedUntil = Int.random(in: 0...60_000, using: &random)
        disturb(cluster, every: Int.random(in: 60...1500, using: &random))
        let caller = SimulatedCaller(of: cluster, falsehood: falsehood, isTraced: isTraced, random: random)
        // What has happened before the iteration begins matters as well.
        let before = Bool.random(using: &random) ? Int.random(in: 0...20_000, using: &random) : 0
        while timeline.now < before, timeline.step() {}
        cluster.mark()
        caller.iterate()
        timeline.stop()
        return caller.verdict
    }

    private func disturb(_ cluster: SimulatedCluster, every pause: Int) {
        cluster.timeline.schedule(after: pause) {
            guard cluster.timeline.now < cluster.disturbedUntil else {
                // From now on every node hears of every other.
                for round in 0..<40 {
                    cluster.timeline.schedule(after: round * 10_000) {
                        cluster.gossipEverything()
                        cluster.settle()
                    }
                }
                return
            }
            cluster.disturb()
            disturb(cluster, every: pause)
        }
    }

    static func policy(using random: inout SplitMix64) -> ScanPolicy {
        var policy = ScanPolicy(
            maximumLanes: [nil, nil, 1, 2].randomElement(using: &random) ?? nil,
            readPreference: Int.random(in: 0..<4, using: &random) == 0 ? .preferReplicas : .primaries,
            strategy: ScanStrategy.allCases.randomElement(using: &random) ?? .auto,
            count: Int.random(in: 1...30, using: &random),
            largestSnapshot: Int.random(in: 2...30, using: &random),
            snapshotSlack: Int.random(in: 1...4, using: &random),
            slotsPerCredit: Int.random(in: 1...8, using: &random),
            shortestPause: .microseconds(200),
            longestPause: .milliseconds(5),
            patience: .seconds(1),
            startWindow: .microseconds(SimulatedCluster.startWindow),
            seed: random.next()
        )
        // Drawn from the policy's own seed, so that what a seed did before there were paces it still does.
        var paces = SplitMix64(state: policy.seed)
        if paces.next() % 4 == 0 {
            policy.count = nil
            policy.latencyBudget = .microseconds(Int(paces.next() % 2000))
        }
        if paces.next() % 8 == 0 { policy.maximumCallsPerSecond = Double(2000 + paces.next() % 20_000) }
        if paces.next() % 8 == 0 { policy.maximumKeysPerSecond = Double(10_000 + paces.next() % 50_000) }
        return policy
    }
}
