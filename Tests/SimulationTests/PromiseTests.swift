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

    @Test("every key present throughout is returned, whatever happens to the cluster and to the scan")
    func promise() async {
        let isTraced = ProcessInfo.processInfo.environment["CLUSTER_SCAN_TRACE"] != nil
        let result = await SeedRun(seeds: Self.seeds, first: Self.first, isTraced: isTraced).run()
        print(result.summary)
        for failure in result.failures.prefix(10) {
            Issue.record("seed \(failure.seed): \(failure.violations.joined(separator: "; "))")
        }
        #expect(result.failures.isEmpty)
        #expect(result.total.keysPromised > Self.seeds * 10, "the promise must not be empty")
    }
}
