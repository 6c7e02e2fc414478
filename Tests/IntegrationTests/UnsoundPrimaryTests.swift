import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Marks and primaries that are not what they seem")
    struct UnsoundPrimaryTests {
        @Test(
            "a destination whose mark names a third node is read as every client reads it (R12)",
            arguments: ScanStrategy.allCases
        )
        func thirdNode(strategy: ScanStrategy) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let names = (0..<100).map { Array("{a}:\($0)".utf8) }
                try await cluster.set(names)
                // The slot of {a} belongs to the last third.
                let move = SlotMove(slot: KeySlot.of(names[0]), source: 2, destination: 0)
                try await cluster.markImporting(SlotMove(slot: move.slot, source: 1, destination: 0))
                try await cluster.markMigrating(move)
                try await cluster.moveKeys(move, atMost: 50)
                let scanner = cluster.scanner()
                let read = ScanOptions(strategy: strategy)
                for pattern in [nil, GlobPattern("{a}:*")] {
                    let stream = scanner.batches(match: pattern, options: read)
                    let tally = try await KeyTally(of: stream)
                    #expect(tally.difference(from: Set(names), allowingRepeats: true) == nil)
                }
                let pages = try await KeyTally(pagesOf: scanner, options: read)
                #expect(pages.difference(from: Set(names), allowingRepeats: true) == nil)
                await scanner.shutDown()
            }
        }

        @Test("a primary that is back at once, empty, is not believed while its replica takes over (R15)")
        func backAndEmpty() async throws {
            var options = LocalCluster.Options()
            options.nodeTimeout = .seconds(1)
            try await LocalCluster.with(options) { cluster in
                let names = (0..<6000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                try await cluster.waitForReplicas()
                try await cluster.kill(1)
                // About when the replica is elected.
                try await Task.sleep(for: .milliseconds(1300))
                try await cluster.restart(1)
                let scanner = cluster.scanner()
                var tally = KeyTally()
                do {
                    let read = ScanOptions(patience: .seconds(30))
                    for try await batch in scanner.batches(options: read) { tally.add(batch.keys) }
                } catch let error as ClusterScanError {
                    #expect(error.code == .slotsNotCovered && !error.slots.isEmpty, "\(error)")
                    return
                }
                // What the replica lost with its primary is lost for every client.
                try await cluster.waitUntilAgreed()
                var remaining: Set<[UInt8]> = []
                for node in cluster.nodes.indices {
                    let role = try await cluster.command(node, "ROLE").array?.first?.text
                    guard role == "master" else { continue }
                    let keys = try await cluster.command(node, "KEYS", "*").array ?? []
                    remaining.formUnion(keys.compactMap(\.bytes))
                }
                let missing = remaining.subtracting(tally.names)
                #expect(missing.isEmpty, "\(missing.count) of \(remaining.count)")
                await scanner.shutDown()
            }
        }
    }
}
