import ClusterScan
import TestCluster

/// What a scan costs the servers when a tenth of all slots moves meanwhile, compared with one that nothing
/// happens to.
struct ReshardingCost: Sendable {
    var strategy: ScanStrategy
    var quiet = ServerWork.Amount()
    var resharded = ServerWork.Amount()
    var slots = 0
    var duplicates = 0
    var passes = 0
    var missed = 0

    var timeRatio: Double { Double(resharded.microseconds) / Double(max(quiet.microseconds, 1)) }
    var callRatio: Double { Double(resharded.calls) / Double(max(quiet.calls, 1)) }

    var text: String {
        """
        Strategy \(strategy), \(slots) slots resharded during the scan: \
        \(rounded(timeRatio)) times the server time, \(rounded(callRatio)) times the calls, \
        \(passes) passes, \(duplicates) duplicates
          quiet:     \(quiet)
          resharded: \(resharded)
        """
    }

    private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    /// Scans twice; `move` says from and to where the slots go.
    static func measure(
        _ strategy: ScanStrategy,
        moving move: SlotMove,
        keys: ChaosKeys
    ) async throws -> ReshardingCost {
        let work = ServerWork(cluster: move.cluster)
        _ = await work.takeTotal()
        var cost = ReshardingCost(strategy: strategy)
        _ = try await scan(strategy, move.cluster, keys)
        cost.quiet = await work.takeTotal()

        // From the middle of the source's range, so that the scan is about to read some and has read others.
        let owned = try await move.cluster.slots(of: move.source)
        let slots = Array(owned.dropFirst(owned.count / 4).prefix(KeySlot.count / 10))
        async let moved: Void = move.quickly(slots, over: pace * 3 / 4, keys: keys)
        let (scan, outcome) = try await scan(strategy, move.cluster, keys)
        try await moved
        cost.resharded = await work.takeTotal()
        cost.slots = slots.count
        cost.passes = outcome.counts["passes"] ?? 0
        cost.duplicates = scan.found.reduce(0) { $0 + max(0, Int($1) - 1) }
        cost.missed = scan.found.count { $0 == 0 }
        return cost
    }

    private static let pace = Duration.seconds(4)

    private static func scan(
        _ strategy: ScanStrategy,
        _ cluster: ChaosCluster,
        _ keys: ChaosKeys
    ) async throws -> (ChaosRun.Scan, ScannerProcess.Outcome) {
        var manner = ScannerProcess.Manner()
        manner.strategy = strategy
        manner.count = 100
        manner.readAhead = 0
        manner.rest = pace * manner.count / keys.names.count
        let outcome = try await ScannerProcess().run(
            from: "0",
            seeds: cluster.addresses,
            manner: manner,
            eventsAt: "\(cluster.local.directory)/scan.log"
        )
        guard outcome.end == .finished else { throw TestClusterError("\(outcome.end) \(outcome.events)") }
        var scan = ChaosRun.Scan(found: [UInt16](repeating: 0, count: keys.names.count))
        scan.add(outcome, of: keys)
        return (scan, outcome)
    }
}
