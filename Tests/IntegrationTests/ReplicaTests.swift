import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Reading from replicas")
    struct ReplicaTests {
        @Test("all keys come from replicas and no primary is asked for any", arguments: ScanStrategy.allCases)
        func replicasOnly(strategy: ScanStrategy) async throws {
            let cluster = try await QuietCluster.cluster
            let options = ScanOptions(strategy: strategy, readPreference: .preferReplicas)
            var tally = KeyTally()
            var nodes: Set<NodeAddress> = []
            let read = try await cluster.nodesRead {
                for try await batch in cluster.scanner().batches(options: options) {
                    tally.add(batch.keys)
                    nodes.insert(batch.node.address)
                }
            }
            #expect(tally.difference(from: QuietCluster.names) == nil)
            #expect(read == Set(cluster.replicas.map(\.index)))
            #expect(nodes == Set(cluster.replicas.map(\.nodeAddress)))
        }

        @Test("pages come from replicas too")
        func pages() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            var tally = KeyTally()
            let read = try await cluster.nodesRead {
                let options = ScanOptions(readPreference: .preferReplicas)
                tally = try await KeyTally(pagesOf: scanner, options: options)
            }
            #expect(tally.difference(from: QuietCluster.names) == nil)
            #expect(read == Set(cluster.replicas.map(\.index)))
            await scanner.shutDown()
        }

        @Test("a cursor made at replicas resumes at primaries, and the other way round")
        func changingPreference() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let both: [ReadPreference] = [.primaries, .preferReplicas]
            for (first, second) in zip(both, both.reversed()) {
                var tally = KeyTally()
                var cursor = ScanCursor.start
                let start = scanner.batches(options: ScanOptions(strategy: .scan, readPreference: first))
                for try await batch in start {
                    tally.add(batch.keys)
                    cursor = batch.cursor
                    if tally.total > 30_000 { break }
                }
                let rest = scanner.batches(
                    from: cursor,
                    options: ScanOptions(strategy: .scan, readPreference: second)
                )
                tally.add(try await KeyTally(of: rest))
                #expect(tally.difference(from: QuietCluster.names, allowingRepeats: true) == nil)
            }
        }
    }
}
