import ClusterScan
import ClusterScanOperations
import Foundation
import InMemoryTracing
import Logging
import ServiceLifecycle
import Synchronization
import TestCluster
import Testing
import UnixSignals

extension IntegrationTests {
    @Suite("Shutting down")
    struct ShutdownTests {
        private static let quiet = Logger(label: "quiet", factory: { _ in SwiftLogNoOpLogHandler() })
        private static let options = ScanOptions(count: 100, strategy: .scan, readAheadBytes: 100_000)

        /// Reads until it is stopped, and counts.
        private final class Reader: Sendable {
            let tally = Mutex(KeyTally())
            let last = Mutex<ScanCursor?>(nil)

            func read(_ scanner: ClusterScanner) async throws {
                for try await batch in scanner.batches(options: options) {
                    tally.withLock { $0.add(batch.keys) }
                    last.withLock { $0 = batch.cursor }
                    // The consumer is slower than the servers, so that something is always read ahead.
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
        }

        /// What is missing in `tally` and is not returned from `cursor` on.
        private static func expectRest(of tally: KeyTally, from cursor: ScanCursor) async throws {
            var tally = tally
            let scanner = try await QuietCluster.cluster.scanner()
            for try await batch in scanner.batches(from: cursor, options: options) { tally.add(batch.keys) }
            #expect(tally.difference(from: QuietCluster.names, allowingRepeats: true) == nil)
            await scanner.shutDown()
        }

        @Test("a group that shuts down ends streams with an error and the cursor after the last batch")
        func group() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "in-a-group")
            let group = ServiceGroup(services: [scanner], logger: Self.quiet)
            let running = Task { try await group.run() }
            let reader = Reader()
            let reading = Task { try await reader.read(scanner) }
            try await cluster.wait("keys are read") { reader.tally.withLock { $0.names.count > 5_000 } }
            let stopping = ContinuousClock.now
            await group.triggerGracefulShutdown()
            let error = await #expect(throws: ClusterScanError.self) { try await reading.value }
            #expect(ContinuousClock.now - stopping < .seconds(2), "what was read ahead is not worked off")
            #expect(error?.code == .shutDown)
            #expect(error?.cursor == reader.last.withLock { $0 })
            try await running.value
            try await cluster.waitForNoConnections(named: "in-a-group")
            let tally = reader.tally.withLock { $0 }
            #expect(tally.names.count < QuietCluster.names.count)
            try await Self.expectRest(of: tally, from: try #require(error?.cursor))

            // Nothing begins any more, and what is refused can be resumed, too.
            let page = await #expect(throws: ClusterScanError.self) { try await scanner.scan(.start) }
            #expect(page?.code == .shutDown && page?.cursor?.isStart == true)
            let stream = await #expect(throws: ClusterScanError.self) {
                for try await _ in scanner.batches() {}
            }
            #expect(stream?.code == .shutDown && stream?.cursor?.isStart == true)
            let command = KeyCommand("TTL", key: "k".utf8, isRepeatable: true)
            let sent = await #expect(throws: ClusterScanError.self) { try await scanner.send([command]) }
            #expect(sent?.code == .shutDown)
            let members = await #expect(throws: ClusterScanError.self) {
                for try await _ in scanner.sscan("k".utf8) {}
            }
            #expect(members?.code == .shutDown)
        }

        @Test("a signal shuts a group down, and its scanner with it")
        func signal() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "signalled")
            let group = ServiceGroup(
                services: [scanner],
                gracefulShutdownSignals: [.sigusr2],
                logger: Self.quiet
            )
            let running = Task { try await group.run() }
            let reader = Reader()
            let reading = Task { try await reader.read(scanner) }
            try await cluster.wait("keys are read") { reader.tally.withLock { $0.names.count > 1_000 } }
            kill(getpid(), SIGUSR2)
            let error = await #expect(throws: ClusterScanError.self) { try await reading.value }
            #expect(error?.code == .shutDown && error?.cursor != nil)
            try await running.value
            try await cluster.waitForNoConnections(named: "signalled")
        }

        @Test("pages and commands under way are finished, and the group waits for them")
        func finishing() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                try await server.command(0, "SET", "k", "v")
                let scanner = server.scanner(named: "finishing")
                let group = ServiceGroup(services: [scanner], logger: Self.quiet)
                let running = Task { try await group.run() }
                _ = try await scanner.scan(.start)
                _ = try await scanner.send([KeyCommand("GET", key: "k".utf8, isRepeatable: true)])
                // Answers only after the shutdown has begun.
                try server.pause(0)
                let page = Task { try await scanner.scan(.start) }
                let value = Task {
                    try await scanner.send([KeyCommand("GET", key: "k".utf8, isRepeatable: true)])
                }
                try await Task.sleep(for: .milliseconds(300))
                await group.triggerGracefulShutdown()
                try await Task.sleep(for: .milliseconds(300))
                try server.resume(0)
                #expect(try await page.value.keys.count == 1)
                guard case .value(let reply) = try await value.value[0] else {
                    Issue.record("no value")
                    return
                }
                #expect(reply.string == "v")
                try await running.value
                try await server.waitForNoConnections(named: "finishing")
            }
        }

        @Test("cancelling the group does not wait for a server that hangs")
        func cancelling() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                let witness = Witness()
                let scanner = witness.scanner(of: server)
                let running = Task { try await scanner.run() }
                _ = try await scanner.scan(.start)
                try server.pause(0)
                defer { try? server.resume(0) }
                let page = Task { try await scanner.scan(.start) }
                let stream = Task { try await Reader().read(scanner) }
                try await Task.sleep(for: .milliseconds(300))
                let start = ContinuousClock.now
                running.cancel()
                try await running.value
                for task in [Task { _ = try await page.value }, stream] {
                    let error = await #expect(throws: ClusterScanError.self) { try await task.value }
                    #expect(error?.code == .shutDown && error?.cursor != nil)
                }
                #expect(ContinuousClock.now - start < .seconds(2))
                #expect(witness.total("calls_total", ("outcome", "lost")) > 0)
                #expect(witness.total("iterations_total", ("outcome", "shut_down")) == 1)
                #expect(witness.tracer.activeSpans.isEmpty)
            }
        }

        @Test("work on keys that is shut down leaves a cursor that stands for what is done")
        func work() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            let running = Task { try await scanner.run() }
            let done = Mutex(KeyTally())
            let working = Task {
                let options = WorkOptions(scan: Self.options, maximumKeysPerChunk: 500)
                return await scanner.work(options: options) { chunk in
                    try await Task.sleep(for: .milliseconds(5))
                    done.withLock { tally in
                        for key in chunk.keys { tally.add(key.bytes) }
                    }
                    return WorkTally()
                }
            }
            try await cluster.wait("keys are worked on") { done.withLock { $0.names.count > 3_000 } }
            await scanner.shutDown()
            let report = await working.value
            guard case .failed(let error as ClusterScanError) = report.ending else {
                Issue.record("\(report.ending)")
                return
            }
            #expect(error.code == .shutDown && !report.isComplete)
            try await Self.expectRest(of: done.withLock { $0 }, from: report.cursor)
            running.cancel()
            try await running.value
        }
    }
}
