import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Stopping and resuming")
    struct ResumeTests {
        @Test(
            "from every tenth cursor another process returns exactly what was not returned yet",
            arguments: [ScanStrategy.scan, .slots]
        )
        func otherProcess(strategy: ScanStrategy) async throws {
            let cluster = try await QuietCluster.cluster
            let options = ScanOptions(count: 1500, strategy: strategy)
            var returned = KeyTally()
            var batches = 0
            var resumed = 0
            for try await batch in cluster.scanner().batches(options: options) {
                returned.add(batch.keys)
                batches += 1
                guard batches % 10 == 1 else { continue }
                var whole = try await ProbeProcess.tally(
                    of: cluster,
                    from: batch.cursor,
                    strategy: strategy,
                    count: 1500
                )
                whole.add(returned)
                // On a quiet cluster a cursor stands for its batch to the key.
                #expect(
                    whole.difference(from: QuietCluster.names) == nil,
                    "cursor \(batches): \(batch.cursor)"
                )
                resumed += 1
            }
            #expect(resumed >= 6)
        }

        @Test("an iteration changes its strategy and its way of reading at any cursor")
        func otherWay() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let ways: [ScanStrategy] = [.scan, .slots, .auto]
            var tally = KeyTally()
            var cursor = ScanCursor.start
            var turns = 0
            while !cursor.isFinished {
                let options = ScanOptions(strategy: ways[turns % 3])
                turns += 1
                if turns % 2 == 0 {
                    let page = try await scanner.scan(cursor, options: options)
                    tally.add(page.keys)
                    cursor = page.cursor
                    continue
                }
                var taken = 0
                let batches = scanner.batches(from: cursor, options: options)
                for try await batch in batches {
                    tally.add(batch.keys)
                    cursor = batch.cursor
                    taken += 1
                    if taken == 5 { break }
                }
                if taken < 5 { break }
            }
            #expect(turns > 10)
            #expect(tally.difference(from: QuietCluster.names) == nil)
            await scanner.shutDown()
        }

        @Test("workers that share the split of a cursor return every key, each key once")
        func split() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            var returned = KeyTally()
            var cursor = ScanCursor.start
            for try await batch in scanner.batches() {
                returned.add(batch.keys)
                cursor = batch.cursor
                if returned.total > 20_000 { break }
            }
            let topology = try await scanner.topology()
            let counts = try await scanner.keyCounts()
            let workers = try cursor.split(
                into: 4,
                topology: topology,
                keyCounts: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.id, $0.value) })
            )
            #expect(workers.count == 4)
            for worker in workers {
                let part = try await ProbeProcess.tally(
                    of: cluster,
                    from: worker,
                    strategy: .auto,
                    count: 1000
                )
                #expect(!part.names.isEmpty)
                returned.add(part)
            }
            #expect(returned.difference(from: QuietCluster.names) == nil)
            await scanner.shutDown()
        }

        @Test("a cursor resumes nothing but its own query")
        func otherQuery() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            let page = try await scanner.scan(.start, match: "user:*", count: 1)
            for attempt in [GlobPattern?.none, "user:?*"] {
                let error = await #expect(throws: ClusterScanError.self) {
                    try await scanner.scan(page.cursor, match: attempt)
                }
                #expect(error?.code == .invalidCursor)
            }
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: scanner.batches(from: page.cursor, match: "user:*", type: .hash))
            }
            #expect(error?.code == .invalidCursor)
            await scanner.shutDown()
        }

        @Test("a finished cursor stays finished")
        func finished() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            var page = try await scanner.scan(.start, match: "session:no-such-session")
            while !page.cursor.isFinished {
                page = try await scanner.scan(page.cursor, match: "session:no-such-session")
            }
            #expect(page.keys.isEmpty)
            let tally = try await KeyTally(
                of: scanner.batches(from: page.cursor, match: "session:no-such-session")
            )
            #expect(tally.names.isEmpty)
            await scanner.shutDown()
        }
    }
}
