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
        try await ChaosCluster.with { cluster in
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
        }
    }

    @Test("resharding a tenth of the slots costs a scan less than a second one", .timeLimit(.minutes(5)))
    func reshardingIsCheap() async throws {
        try await ChaosCluster.with { cluster in
            let keys = ChaosKeys(count: 200_000, seed: 1, tagCount: 0)
            try await cluster.local.load(keys.required)
            // The second measurement moves the slots of another pair, which are where they were at first.
            for (strategy, source, destination) in [(ScanStrategy.scan, 0, 1), (.slots, 2, 0)] {
                let move = SlotMove(cluster: cluster, source: source, destination: destination)
                let cost = try await ReshardingCost.measure(strategy, moving: move, keys: keys)
                print(cost.text)
                #expect(cost.missed == 0)
                #expect(cost.slots == KeySlot.count / 10)
                // Time on a busy machine says little; calls do not depend on it.
                #expect(cost.callRatio < (strategy == .slots ? 1.25 : 2))
            }
        }
    }

    /// A pause that is forgotten shows as a scan that sleeps until it gives up.
    @Test(
        "a scan goes on within seconds after a primary was away for seconds",
        .timeLimit(.minutes(3)),
        arguments: [false, true]
    )
    func goesOnAfterOutage(readsPages: Bool) async throws {
        var options = LocalCluster.Options()
        options.replicasPerPrimary = 0
        // With the default, "everysec", a write may wait for the disk longer than for the reply.
        options.configuration = ["appendonly yes", "appendfsync no", "cluster-require-full-coverage no"]
        try await LocalCluster.with(options) { cluster in
            let keys = SampleKeys(count: 3_000)
            try await cluster.load(keys)
            try await cluster.kill(1)
            async let keysFound = Self.scan(cluster, readsPages: readsPages)
            try await Task.sleep(for: .seconds(4))
            try await cluster.restart(1)
            let found = try await keysFound
            #expect(Set(keys.map(\.name)).subtracting(found.keys).isEmpty)
            #expect(try await cluster.keyCount() == keys.count, "the servers lost keys")
            // The longest pause between two attempts takes two seconds.
            #expect(found.time < .seconds(10))
        }
    }

    private static func scan(
        _ cluster: LocalCluster,
        readsPages: Bool
    ) async throws -> (keys: Set<[UInt8]>, time: Duration) {
        let scanner = ClusterScanner(seeds: cluster.nodes.map { NodeAddress(host: $0.host, port: $0.port) })
        var keys: Set<[UInt8]> = []
        let start = ContinuousClock.now
        if readsPages {
            var cursor = ScanCursor.start
            repeat {
                let page = try await scanner.scan(cursor)
                page.keys.forEachKey { keys.insert(Array($0)) }
                cursor = page.cursor
            } while !cursor.isFinished
        } else {
            for try await batch in scanner.batches() {
                batch.keys.forEachKey { keys.insert(Array($0)) }
            }
        }
        await scanner.shutDown()
        return (keys, ContinuousClock.now - start)
    }
}
