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
            let report: ChaosReport
            do {
                report = try await run.run()
            } catch {
                Issue.record("CHAOS_SEED=\(plan.seed): \(run.log.takeHistory().joined(separator: "\n"))")
                throw error
            }
            print(report.text(seed: plan.seed))
            #expect(report.violations.isEmpty, "\(report.violations.joined(separator: "\n"))")
            #expect(
                try await keys.lost(in: cluster).isEmpty,
                "the servers lost keys: the test proves nothing"
            )
        } catch {
            try? await cluster.local.stop()
            throw error
        }
        try await cluster.local.stop()
    }

    @Test("resharding a tenth of the slots costs a scan less than a second one", .timeLimit(.minutes(5)))
    func reshardingIsCheap() async throws {
        let cluster = try await ChaosCluster.start()
        do {
            let keys = ChaosKeys(count: 200_000, seed: 1, tagCount: 0)
            try await cluster.local.load(keys.required)
            // The second measurement moves the slots of another pair, which are where they were at first.
            for (strategy, source, destination) in [(ScanStrategy.scan, 0, 1), (.slots, 2, 0)] {
                let move = SlotMove(cluster: cluster, source: source, destination: destination)
                let cost = try await ReshardingCost.measure(strategy, moving: move, keys: keys)
                print(cost.text)
                #expect(cost.missed == 0)
                #expect(cost.slots == KeySlot.count / 10)
                #expect(cost.timeRatio < 2)
            }
        } catch {
            try? await cluster.local.stop()
            throw error
        }
        try await cluster.local.stop()
    }
}
