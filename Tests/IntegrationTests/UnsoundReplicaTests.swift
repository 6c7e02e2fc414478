import ClusterScan
import TestCluster
import Testing

/// Replicas that do not follow their primaries (rule R11).
extension IntegrationTests {
    @Suite("Replicas that are not to be read")
    struct UnsoundReplicaTests {
        private static let names = (0..<3000).map { Array("key:\($0)".utf8) }

        /// Cuts every replica off from its primary, for good: it cannot authenticate any more.
        private func cutOff(_ cluster: LocalCluster) async throws {
            for replica in cluster.replicas {
                let line = try cluster.connect(to: replica.index)
                try line.checked("CONFIG", "SET", "masteruser", "stranger")
                try line.checked("CONFIG", "SET", "masterauth", "wrong")
            }
            for primary in cluster.primaries {
                try await cluster.command(primary.index, "CLIENT", "KILL", "TYPE", "replica")
            }
            for replica in cluster.replicas {
                try await cluster.wait("\(replica.address) is cut off") {
                    let info = try await cluster.command(replica.index, "INFO", "replication").text ?? ""
                    return info.contains("master_link_status:down")
                }
            }
        }

        private func expectAllKeys(of cluster: LocalCluster, _ strategy: ScanStrategy) async throws {
            let scanner = cluster.scanner()
            let options = ScanOptions(
                strategy: strategy,
                readPreference: .preferReplicas,
                patience: .seconds(20)
            )
            let started = ContinuousClock.now
            let tally = try await KeyTally(of: scanner.batches(options: options))
            #expect(tally.difference(from: Set(Self.names), allowingRepeats: true) == nil)
            let pages = try await KeyTally(pagesOf: scanner, options: options)
            #expect(pages.difference(from: Set(Self.names), allowingRepeats: true) == nil)
            #expect(ContinuousClock.now - started < .seconds(15), "the primaries are there")
            await scanner.shutDown()
        }

        @Test("a replica that is cut off and empty is passed over", arguments: [ScanStrategy.scan, .slots])
        func empty(strategy: ScanStrategy) async throws {
            try await LocalCluster.with { cluster in
                try await cluster.set(Self.names)
                try await cluster.waitForReplicas()
                try await cutOff(cluster)
                for replica in cluster.replicas {
                    let line = try cluster.connect(to: replica.index)
                    try line.checked("CONFIG", "SET", "replica-read-only", "no")
                    try line.checked("FLUSHALL")
                }
                try await expectAllKeys(of: cluster, strategy)
            }
        }

        @Test(
            "a replica that is cut off and does not serve stale data is passed over",
            arguments: [ScanStrategy.scan, .slots]
        )
        func masterDown(strategy: ScanStrategy) async throws {
            var options = LocalCluster.Options()
            options.configuration = ["replica-serve-stale-data no"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Self.names)
                try await cluster.waitForReplicas()
                try await cutOff(cluster)
                try await expectAllKeys(of: cluster, strategy)
            }
        }

        @Test(
            "keys that a cut-off replica never received are returned",
            arguments: [ScanStrategy.scan, .slots]
        )
        func behind(strategy: ScanStrategy) async throws {
            try await LocalCluster.with { cluster in
                try await cluster.set(Array(Self.names.prefix(1000)))
                try await cluster.waitForReplicas()
                try await cutOff(cluster)
                try await cluster.set(Self.names)
                try await expectAllKeys(of: cluster, strategy)
            }
        }
    }
}
