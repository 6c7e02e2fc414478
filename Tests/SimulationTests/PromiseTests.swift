import Foundation
import ScanCore
import Testing

@Suite("The promise, in simulation")
struct PromiseTests {
    /// `CLUSTER_SCAN_SEEDS` runs more, `CLUSTER_SCAN_FIRST_SEED` replays from a seed.
    private static let seeds =
        ProcessInfo.processInfo.environment["CLUSTER_SCAN_SEEDS"].flatMap(Int.init) ?? 20_000
    private static let first =
        ProcessInfo.processInfo.environment["CLUSTER_SCAN_FIRST_SEED"].flatMap(UInt64.init) ?? 1

    private static let isTraced = ProcessInfo.processInfo.environment["CLUSTER_SCAN_TRACE"] != nil

    /// How many seeds of the wide world every test run does.
    static let wideSeeds = 5000

    @Test("every key present throughout is returned, whatever happens to the cluster and to the scan")
    func promise() async {
        expectPromise(of: await SeedRun(seeds: Self.seeds, first: Self.first, isTraced: Self.isTraced).run())
    }

    @Test("and also where nodes are wrong about the cluster for long")
    func wide() async {
        let seeds =
            ProcessInfo.processInfo.environment["CLUSTER_SCAN_SEEDS"].flatMap(Int.init) ?? Self.wideSeeds
        let run = SeedRun(seeds: seeds, first: Self.first, isWide: true, isTraced: Self.isTraced)
        expectPromise(of: await run.run())
    }

    private func expectPromise(of result: SeedRun.Result) {
        print(result.summary)
        for failure in result.failures.prefix(10) {
            Issue.record("seed \(failure.seed): \(failure.violations.joined(separator: "; "))")
        }
        #expect(result.failures.isEmpty)
        #expect(result.total.keysPromised > result.simulations * 10, "the promise must not be empty")
    }
}
