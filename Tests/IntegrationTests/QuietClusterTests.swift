import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("A quiet cluster")
    struct QuietClusterTests {
        @Test("every key of every type is returned exactly once", arguments: ScanStrategy.allCases)
        func everyKeyOnce(strategy: ScanStrategy) async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let batches = scanner.batches(options: ScanOptions(strategy: strategy))
            #expect(await batches.report == nil)
            let tally = try await KeyTally(of: batches)
            #expect(tally.difference(from: QuietCluster.names) == nil)
            #expect(QuietCluster.names.count == 103_000)

            let report = try #require(await batches.report)
            #expect(report.keys == 103_000)
            #expect(report.isComplete)
            #expect(report.wanted == .all)
            #expect(report.lanes == 3)
            #expect(report.restarts == 0 && report.retries == 0)
        }

        @Test("keys one by one are the same keys")
        func keyByKey() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            var tally = KeyTally()
            for try await key in scanner.keys() { tally.add(key.bytes) }
            #expect(tally.difference(from: QuietCluster.names) == nil)
        }

        @Test("page after page returns what the stream returns: neither MATCH nor TYPE")
        func pages() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let tally = try await KeyTally(pagesOf: scanner)
            #expect(tally.difference(from: QuietCluster.names) == nil)
            await scanner.shutDown()
        }

        @Test("pages and stream agree with MATCH", arguments: ScanStrategy.allCases)
        func matching(strategy: ScanStrategy) async throws {
            let pattern: GlobPattern = "*:100[0-4]*"
            let expected = try await QuietCluster.names(matching: pattern.bytes)
            #expect(expected.count > 1000)
            try await expectAgreement(on: expected, match: pattern, options: ScanOptions(strategy: strategy))
        }

        @Test("pages and stream agree with TYPE", arguments: SampleKeys.ValueType.allCases)
        func typed(type: SampleKeys.ValueType) async throws {
            let expected = QuietCluster.names(ofType: type)
            #expect(expected.count >= 4000)
            try await expectAgreement(on: expected, type: KeyType(rawValue: type.rawValue))
        }

        @Test("pages and stream agree with MATCH and TYPE together, also where slots are asked for")
        func matchingAndTyped() async throws {
            let matching = try await QuietCluster.names(matching: Array("*5*".utf8))
            let expected = matching.intersection(QuietCluster.names(ofType: .hash))
            #expect(expected.count > 1000)
            for strategy in ScanStrategy.allCases {
                let options = ScanOptions(strategy: strategy)
                try await expectAgreement(on: expected, match: "*5*", type: .hash, options: options)
            }
        }

        @Test("COUNT decides how many keys a page has, and may change from page to page")
        func counts() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            for strategy in [ScanStrategy.scan, .slots] {
                var tally = KeyTally()
                var cursor = ScanCursor.start
                var pages = 0
                repeat {
                    let count = [10, 500, 8000][pages % 3]
                    let options = ScanOptions(strategy: strategy)
                    let page = try await scanner.scan(cursor, count: count, options: options)
                    // One slot holds 3,000 keys, which come in one piece.
                    #expect(page.keys.count <= max(2 * count, strategy == .slots ? 4000 : 0))
                    tally.add(page.keys)
                    cursor = page.cursor
                    pages += 1
                } while !cursor.isFinished
                #expect(tally.difference(from: QuietCluster.names) == nil)
                #expect(pages > 30)
            }
            await scanner.shutDown()
        }

        @Test("a type that no server knows finds nothing or is refused, but does not pass for an answer")
        func unknownType() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            do {
                let tally = try await KeyTally(of: scanner.batches(type: KeyType(rawValue: "no-such-type")))
                #expect(tally.names.isEmpty)
            } catch let error as ClusterScanError {
                #expect(error.code == .invalidQuery)
            }
        }

        @Test("the topology and the number of keys are those of the servers")
        func topology() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            let topology = try await scanner.topology()
            let owning = cluster.primaries.prefix(3)
            #expect(Set(topology.shards.map(\.primary.id.description)) == Set(owning.map(\.id)))
            #expect(topology.shards.allSatisfy { $0.replicas.count == 1 })
            #expect(topology.servedSlots == .all)

            let counts = try await scanner.keyCounts()
            #expect(counts.values.reduce(0, +) == 103_000)
            for (node, count) in counts {
                let server = try #require(cluster.nodes.first { $0.id == node.id.description })
                #expect(try await cluster.command(server.index, "DBSIZE") == .integer(count))
            }
            await scanner.shutDown()
        }

        private func expectAgreement(
            on expected: Set<[UInt8]>,
            match pattern: GlobPattern? = nil,
            type: KeyType? = nil,
            options: ScanOptions = ScanOptions()
        ) async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let stream = try await KeyTally(
                of: scanner.batches(match: pattern, type: type, options: options)
            )
            #expect(stream.difference(from: expected) == nil)
            let pages = try await KeyTally(
                pagesOf: scanner,
                match: pattern,
                type: type,
                count: 5000,
                options: options
            )
            #expect(pages.difference(from: expected) == nil)
            await scanner.shutDown()
        }
    }
}
