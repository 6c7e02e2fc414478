import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("A slow network")
    struct SlowNetworkTests {
        private static let sample = SampleKeys(count: 60_000, seed: 66)
        private static let names = Set(sample.map(\.name))

        @Test(
            "over 50 ms of round trip nothing is lost, and larger calls save round trips"
        )
        func latency() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                try await Stretch.between(cluster.nodes, delay: .milliseconds(25)) { stretches, map in
                    let scanner = ClusterScanner(
                        seeds: [cluster.nodes[0].nodeAddress],
                        connection: ConnectionConfiguration(addressMap: map)
                    )
                    for strategy in [ScanStrategy.scan, .slots] {
                        var times: [Duration] = []
                        for count in [500, 10_000] {
                            let started = ContinuousClock.now
                            let batches = scanner.batches(
                                options: ScanOptions(count: count, strategy: strategy)
                            )
                            #expect(try await KeyTally(of: batches).difference(from: Self.names) == nil)
                            #expect(try #require(await batches.report).retries == 0)
                            times.append(ContinuousClock.now - started)
                        }
                        // 20,000 keys a node: forty calls of 500, or few large ones.
                        #expect(times[1] * 2 < times[0], "\(strategy): \(times)")
                    }
                    // All nodes at once take as long as one of them.
                    let one = try await time(of: scanner, nodes: 1)
                    let all = try await time(of: scanner, nodes: nil)
                    #expect(all * 2 < one, "\(all), \(one)")
                    let commands = Self.names.map { KeyCommand("EXISTS", key: $0, isRepeatable: true) }
                    let started = ContinuousClock.now
                    try await scanner.expectValues(commands) { $0 == .integer(1) }
                    // One after the other they would take an hour.
                    #expect(ContinuousClock.now - started < .seconds(10))
                    await scanner.shutDown()
                }
            }
        }

        private func time(of scanner: ClusterScanner, nodes: Int?) async throws -> Duration {
            let started = ContinuousClock.now
            let options = ScanOptions(count: 1000, strategy: .scan, maximumConcurrentNodes: nodes)
            #expect(
                try await KeyTally(of: scanner.batches(options: options)).difference(from: Self.names) == nil
            )
            return ContinuousClock.now - started
        }
    }
}
