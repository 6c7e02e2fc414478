import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Cancellation and backpressure")
    struct BackpressureTests {
        @Test("cancelling the task that reads ends the iteration and closes its connections")
        func cancelling() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "to-be-cancelled")
            let reader = Task {
                var pages = 0
                let options = ScanOptions(count: 10, strategy: .scan, readAheadBytes: 1000)
                for try await _ in scanner.batches(options: options) {
                    pages += 1
                    try? await Task.sleep(for: .milliseconds(10))
                }
                return pages
            }
            for node in 0..<3 {
                try await cluster.wait("node \(node) is read", within: .seconds(5)) {
                    try await cluster.connections(named: "to-be-cancelled", at: node) == 1
                }
            }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            try await cluster.waitForNoConnections(named: "to-be-cancelled")
        }

        @Test("a task that is cancelled while it waits stops waiting")
        func cancellingWhileWaiting() async throws {
            let cluster = try await QuietCluster.cluster
            try cluster.pause(1)
            defer { try? cluster.resume(1) }
            let scanner = cluster.scanner(named: "waiting")
            let stream = Task { try await KeyTally(of: scanner.batches()) }
            let pages = Task { try await KeyTally(pagesOf: scanner) }
            try await Task.sleep(for: .milliseconds(300))
            stream.cancel()
            pages.cancel()
            let started = ContinuousClock.now
            await #expect(throws: CancellationError.self) { try await stream.value }
            #expect(ContinuousClock.now - started < .seconds(1))
            try cluster.resume(1)
            await #expect(throws: CancellationError.self) { try await pages.value }
            await scanner.shutDown()
            try await cluster.waitForNoConnections(named: "waiting")
        }

        @Test("stopped from another task, an iteration ends where it stands and can be resumed there")
        func stopping() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "stopped")
            let batches = scanner.batches(options: ScanOptions(count: 100, readAheadBytes: 20_000))
            var tally = KeyTally()
            var cursor = ScanCursor.start
            await #expect(throws: CancellationError.self) {
                for try await batch in batches {
                    tally.add(batch.keys)
                    cursor = batch.cursor
                    Task { batches.stop() }
                }
            }
            #expect(!cursor.isStart && !cursor.isFinished)
            #expect(!Task.isCancelled)
            try await cluster.waitForNoConnections(named: "stopped")
            for try await batch in scanner.batches(from: cursor) { tally.add(batch.keys) }
            #expect(tally.difference(from: QuietCluster.names) == nil)
        }

        @Test("an iteration that is stopped does not go on waiting for a server")
        func stoppingWhileWaiting() async throws {
            let cluster = try await QuietCluster.cluster
            try cluster.pause(1)
            defer { try? cluster.resume(1) }
            let batches = cluster.scanner(named: "stopped-waiting").batches()
            let reader = Task { try await KeyTally(of: batches) }
            try await Task.sleep(for: .milliseconds(300))
            batches.stop()
            let started = ContinuousClock.now
            await #expect(throws: CancellationError.self) { try await reader.value }
            #expect(ContinuousClock.now - started < .seconds(1))
        }

        @Test("an iterator that was begun in one task goes on in another")
        func handingOver() async throws {
            let cluster = try await QuietCluster.cluster
            var iterator = cluster.scanner().batches(options: ScanOptions(count: 100)).makeAsyncIterator()
            let first = try #require(try await iterator.next())
            let rest = Task { [iterator] in
                var iterator = iterator
                var tally = KeyTally()
                while let batch = try await iterator.next() { tally.add(batch.keys) }
                return tally
            }
            var tally = try await rest.value
            tally.add(first.keys)
            #expect(tally.difference(from: QuietCluster.names) == nil)
        }

        @Test("letting an iterator go closes its connections; one that was never asked opens none")
        func letting() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "let-go")
            for try await batch in scanner.batches(options: ScanOptions(count: 10)) where !batch.keys.isEmpty
            { break }
            try await cluster.waitForNoConnections(named: "let-go")
            for try await _ in scanner.keys() { break }
            try await cluster.waitForNoConnections(named: "let-go")
            _ = scanner.batches().makeAsyncIterator()
            try await cluster.waitForNoConnections(named: "let-go")
        }

        @Test("when an iteration has ended its connections are closed, though the scanner lives on")
        func ending() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "ending")
            var iterator = scanner.batches().makeAsyncIterator()
            while try await iterator.next() != nil {}
            try await cluster.waitForNoConnections(named: "ending")
            #expect(try await iterator.next() == nil, "the end stays the end")
        }

        @Test(
            "servers are not asked for more than fits while the consumer pauses",
            arguments: [ScanStrategy.scan, .slots]
        )
        func backpressure(strategy: ScanStrategy) async throws {
            let cluster = try await QuietCluster.cluster
            let options = ScanOptions(count: 100, strategy: strategy, readAheadBytes: 20_000)
            var tally = KeyTally()
            let before = try await outputBytes(of: cluster)
            var sent: [Int] = []
            var batches = 0
            for try await batch in cluster.scanner().batches(options: options) {
                tally.add(batch.keys)
                batches += 1
                if [1, 15, 30].contains(batches) {
                    try await Task.sleep(for: .milliseconds(200))
                    sent.append(try await outputBytes(of: cluster) - before)
                }
            }
            #expect(sent.count == 3)
            // All the names are over 3 MB, thirty batches of them 100 kB. The big slot comes in one piece of
            // 60 kB.
            #expect(sent.allSatisfy { $0 < 400_000 }, "\(sent)")
            #expect(tally.difference(from: QuietCluster.names) == nil)
        }

        /// What the primaries have sent to clients: `INFO stats` counts no replication there.
        private func outputBytes(of cluster: LocalCluster) async throws -> Int {
            var sum = 0
            for node in cluster.primaries {
                let text = try await cluster.command(node.index, "INFO", "stats").text ?? ""
                let line = text.split(whereSeparator: \.isNewline).first {
                    $0.hasPrefix("total_net_output_bytes:")
                }
                sum += line.flatMap { Int($0.dropFirst("total_net_output_bytes:".count)) } ?? 0
            }
            return sum
        }
    }
}
