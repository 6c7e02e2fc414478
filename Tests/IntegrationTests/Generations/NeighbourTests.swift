import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// What happens between two generations: values that go from one to the other, and clusters in the middle
    /// of an upgrade.
    @Suite("Between generations")
    struct NeighbourTests {
        enum Direction: String, CaseIterable, Sendable { case up, down }

        @Test(
            "values of every type arrive as they were, and are found alike afterwards",
            arguments: ServerUpgrade.available,
            Direction.allCases
        )
        func values(upgrade: ServerUpgrade, direction: Direction) async throws {
            let isUp = direction == .up
            let (from, to) = isUp ? (upgrade.older, upgrade.newer) : (upgrade.newer, upgrade.older)
            try await Self.withServers(from, to) { source, destination in
                try await EveryTypeKeys.load(into: source, of: from, for: to)
                let expected = try await source.plainContents()
                let addresses = [source.nodes[0].address, "--to", destination.nodes[0].address]

                let copy = try await ToolProcess.run(["copy"] + addresses + ["--verify"])
                #expect(copy.status == 0 && copy.text.contains("VERIFIED"), "\(copy.text)\(copy.messages)")
                let found = try await destination.plainContents()
                #expect(PlainContent.differences(between: found, and: expected) == [])

                let again = try await ToolProcess.run(["copy"] + addresses + ["--format", "json"])
                #expect(again.status == 0, "\(again.messages)")
                let report = try WorkProcess.json(again.text)
                #expect(
                    report["done"] as? Int == 0 && report["unchanged"] as? Int == expected.count,
                    "\(report)"
                )
            }
        }

        @Test("a dump of an older server is restored by a newer one", arguments: ServerUpgrade.available)
        func dump(upgrade: ServerUpgrade) async throws {
            let tool = try TransferTool()
            try await Self.withServers(upgrade.older, upgrade.newer) { source, destination in
                try await EveryTypeKeys.load(into: source, of: upgrade.older)
                let expected = try await source.plainContents()
                let (from, to) = (source.nodes[0].address, destination.nodes[0].address)
                let outcome = try await tool.shell("$tool dump \(from) | $tool restore - \(to)")
                #expect(outcome.status == 0, "\(outcome.messages)")
                let found = try await destination.plainContents()
                #expect(PlainContent.differences(between: found, and: expected) == [])
            }
        }

        private static func withServers(
            _ one: ServerGeneration,
            _ other: ServerGeneration,
            _ body: (LocalCluster, LocalCluster) async throws -> Void
        ) async throws {
            var (first, second) = (LocalCluster.Options(one), LocalCluster.Options(other))
            first.isStandalone = true
            second.isStandalone = true
            try await LocalCluster.with(first) { first in
                try await LocalCluster.with(second) { try await body(first, $0) }
            }
        }

        // MARK: Mixed clusters

        private static let sample = SampleKeys(count: 15_000, seed: 71)
        private static let names = Set(sample.map(\.name))

        /// The way that manuals recommend: replicas first, then they take over, then the old primaries.
        @Test("no key is missed while a cluster is upgraded node by node", arguments: ServerUpgrade.available)
        func rollingUpgrade(upgrade: ServerUpgrade) async throws {
            var options = LocalCluster.Options()
            options.servers = [upgrade.older, upgrade.older, upgrade.older, upgrade.newer]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                try await cluster.waitForReplicas()
                try await expectAllKeys(cluster, "replicas are newer")
                for node in 0..<3 {
                    let strategy: ScanStrategy = node == 1 ? .slots : .scan
                    let options = ScanOptions(count: 100, strategy: strategy, readAheadBytes: 10_000)
                    let batches = cluster.scanner().batches(options: options)
                    let primary = cluster.nodes[node].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 3, from: primary) {
                        try await cluster.promote(node + 3)
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                    try await cluster.kill(node)
                    try await cluster.restart(node, as: upgrade.newer)
                    try await cluster.waitUntilAgreed()
                    try await expectAllKeys(cluster, "\(node + 1) of 3 primaries are newer")
                }
            }
        }

        private func expectAllKeys(_ cluster: LocalCluster, _ stage: String) async throws {
            for strategy in [ScanStrategy.scan, .slots] {
                for preference in [ReadPreference.primaries, .preferReplicas] {
                    let options = ScanOptions(strategy: strategy, readPreference: preference)
                    let tally = try await KeyTally(of: cluster.scanner().batches(options: options))
                    #expect(
                        tally.difference(from: Self.names, allowingRepeats: strategy == .scan) == nil,
                        "\(stage), \(strategy), \(preference)"
                    )
                }
            }
        }

        @Test(
            "keys that move between nodes of two generations are not missed",
            arguments: ServerUpgrade.available
        )
        func resharding(upgrade: ServerUpgrade) async throws {
            var options = LocalCluster.Options()
            options.servers = [upgrade.older, upgrade.newer]
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                // Up only: an older server does not read what a newer one sends.
                for slot in 0..<6 {
                    let move = SlotMove(slot: 100 + slot, source: 0, destination: 1)
                    try await cluster.begin(move)
                    try await cluster.moveKeys(move, atMost: [0, 1, 1_000][slot % 3])
                }
                for strategy in [ScanStrategy.scan, .slots] {
                    let options = ScanOptions(strategy: strategy, patience: .seconds(10))
                    let tally = try await KeyTally(of: cluster.scanner().batches(options: options))
                    #expect(tally.difference(from: Self.names, allowingRepeats: strategy == .scan) == nil)
                }
            }
        }
    }
}
