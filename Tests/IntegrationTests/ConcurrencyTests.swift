import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Many iterations at once")
    struct ConcurrencyTests {
        @Test("two streams of one scanner do not disturb each other")
        func oneScanner() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            async let first = KeyTally(of: scanner.batches(options: ScanOptions(strategy: .scan)))
            async let second = KeyTally(
                of: scanner.batches(options: ScanOptions(count: 300, strategy: .slots))
            )
            #expect(try await first.difference(from: QuietCluster.names) == nil)
            #expect(try await second.difference(from: QuietCluster.names) == nil)
        }

        @Test("two scanners do not disturb each other")
        func twoScanners() async throws {
            let cluster = try await QuietCluster.cluster
            async let first = KeyTally(of: cluster.scanner().batches())
            async let second = KeyTally(pagesOf: cluster.scanner())
            #expect(try await first.difference(from: QuietCluster.names) == nil)
            #expect(try await second.difference(from: QuietCluster.names) == nil)
        }

        @Test("thirty page iterations share the connections of one scanner, one to each primary")
        func manyPageIterations() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "thirty-iterations")
            let expected = QuietCluster.names(ofType: .stream)
            let complaints = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        let options = ScanOptions(strategy: ScanStrategy.allCases[number % 3])
                        guard number % 5 == 0 else {
                            let tally = try await KeyTally(
                                pagesOf: scanner,
                                type: .stream,
                                count: 5000,
                                options: options
                            )
                            return tally.difference(from: expected)
                        }
                        let tally = try await KeyTally(pagesOf: scanner, count: 5000, options: options)
                        return tally.difference(from: QuietCluster.names)
                    }
                }
                return try await group.reduce(into: [String]()) {
                    if let complaint = $1 { $0.append(complaint) }
                }
            }
            #expect(complaints == [])
            for node in cluster.primaries.prefix(3) {
                #expect(try await cluster.connections(named: "thirty-iterations", at: node.index) == 1)
            }
            await scanner.shutDown()
            try await cluster.waitForNoConnections(named: "thirty-iterations")
            let error = await #expect(throws: ClusterScanError.self) { try await scanner.scan(.start) }
            #expect(error?.code == .shutDown)
        }

        @Test("one node after the other is read where only one at a time is allowed")
        func maximumConcurrentNodes() async throws {
            let cluster = try await QuietCluster.cluster
            var tally = KeyTally()
            var turns: [ClusterNode] = []
            for try await batch in cluster.scanner().batches(options: ScanOptions(maximumConcurrentNodes: 1))
            {
                tally.add(batch.keys)
                if turns.last != batch.node { turns.append(batch.node) }
            }
            #expect(tally.difference(from: QuietCluster.names) == nil)
            #expect(turns.count == 3)
        }
    }
}
