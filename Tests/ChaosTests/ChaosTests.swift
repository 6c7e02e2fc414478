import ClusterScan
import TestCluster
import Testing

/// The promise, on real servers that fail for real. `docker/soak.sh` runs the same for longer.
@Suite("Chaos on real servers", .serialized, .takesTurnWithRealServers)
struct ChaosTests {
    @Test(
        "no key is missed while slots move, nodes fail and the scan itself is killed and resumed",
        .timeLimit(.minutes(ChaosPlan.current.limitMinutes))
    )
    func nothingIsMissed() async throws {
        let plan = ChaosPlan.current
        print("Chaos begins: CHAOS_SEED=\(plan.seed), \(plan.duration)")
        let cluster = try await ChaosCluster.start()
        do {
            let keys = ChaosKeys(count: 206_000, seed: plan.seed)
            try await cluster.local.load(keys.required)
            var run = ChaosRun(cluster: cluster, keys: keys, plan: plan)
            let report = try await run.run()
            print(report.text(seed: plan.seed))
            #expect(report.violations.isEmpty, "\(report.violations.joined(separator: "\n"))")
            #expect(try await keys.lost(in: cluster).isEmpty, "the servers lost keys: the test proves nothing")
        } catch {
            try? await cluster.local.stop()
            throw error
        }
        try await cluster.local.stop()
    }
}
