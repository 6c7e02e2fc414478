import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan stats`: reads until the end, a failure, or the cancellation of the task.
struct StatisticsRun: Sendable {
    struct Outcome: Sendable {
        var statistics: KeyspaceStatistics
        var ending: StatisticsReport.Ending
        var topology: ClusterTopology?
        var elapsed: Duration
    }

    var scanner: ClusterScanner
    var pattern: GlobPattern?
    var type: KeyType?
    var statisticsOptions: StatisticsOptions
    var options: ScanOptions
    var meter: ProgressMeter?

    func run() async -> Outcome {
        let clock = ContinuousClock()
        let begin = clock.now
        var statistics = KeyspaceStatistics(statisticsOptions)
        var topology: ClusterTopology?
        var ending = StatisticsReport.Ending.complete
        let meter = meter
        do {
            // Only for the table of nodes, which is shorter without it.
            topology = try? await scanner.topology()
            let report = try await scanner.collectStatistics(
                into: &statistics,
                match: pattern,
                type: type,
                options: options,
                onProgress: { keys, cursor in meter?.note(keys: keys, cursor: cursor) }
            )
            // Slots that moved meanwhile are reported as they are now.
            topology = (try? await scanner.topology()) ?? topology
            if !report.isComplete { ending = .without(report.uncovered) }
        } catch {
            ending = .stopped(CommandFailure(error))
        }
        return Outcome(
            statistics: statistics,
            ending: ending,
            topology: topology,
            elapsed: begin.duration(to: clock.now)
        )
    }
}
