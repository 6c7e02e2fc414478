import ClusterScan
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Care for servers")
    struct PaceTests {
        private static let keys = SampleKeys(count: 300_000, seed: 5)
        private static let names = Set(keys.map(\.name))

        private func withServer(_ body: (LocalCluster, ClusterScanner) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.primaries = 1
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.keys)
                let scanner = cluster.scanner()
                try await body(cluster, scanner)
                await scanner.shutDown()
            }
        }

        @Test(
            "calls grow while nobody else uses the server, and shrink when somebody does",
            arguments: [ScanStrategy.scan, .slots]
        )
        func adapting(strategy: ScanStrategy) async throws {
            try await withServer { cluster, scanner in
                let alone = try await paces(of: scanner, strategy)
                #expect(!alone.contains { $0.isShared })
                let largest = try #require(alone.map(\.count).max())
                #expect(largest > 500)

                let isOver = Flag()
                async let others: Void = onOwnThread {
                    let connection = try cluster.connect(to: 0)
                    while !isOver.isSet { try connection.checked("GET", "somebody") }
                }
                let shared = try await paces(of: scanner, strategy)
                isOver.set()
                try await others
                let last = try #require(shared.last)
                #expect(last.isShared)
                #expect(last.count < largest / 2)
            }
        }

        @Test(
            "a node is asked for no more keys a second than allowed",
            arguments: [ScanStrategy.scan, .slots]
        )
        func keysPerSecond(strategy: ScanStrategy) async throws {
            try await withServer { _, scanner in
                let options = ScanOptions(maximumKeysPerSecond: 150_000, strategy: strategy)
                let start = ContinuousClock.now
                let tally = try await KeyTally(of: scanner.batches(options: options))
                #expect(ContinuousClock.now - start >= .seconds(1.8))
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
            }
        }

        @Test("a node gets no more calls a second than allowed")
        func callsPerSecond() async throws {
            try await withServer { cluster, scanner in
                let options = ScanOptions(count: 10_000, maximumCallsPerSecond: 20, strategy: .scan)
                let before = try await cluster.keyReads(at: 0)
                let start = ContinuousClock.now
                let tally = try await KeyTally(of: scanner.batches(options: options))
                let time = ContinuousClock.now - start
                let calls = try await cluster.keyReads(at: 0).scans - before.scans
                #expect(calls >= 30)
                // The first call is free.
                #expect(time >= .seconds(Double(calls - 2) / 20))
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
            }
        }

        private struct Pace: Sendable {
            var count: Int
            var isShared: Bool
        }

        /// Reads everything, and tells how the pace changed on the way.
        private func paces(of scanner: ClusterScanner, _ strategy: ScanStrategy) async throws -> [Pace] {
            let paces = Mutex<[Pace]>([])
            let options = ScanOptions(strategy: strategy) { event in
                guard case .paceChanged(_, let count, let isShared) = event else { return }
                paces.withLock { $0.append(Pace(count: count, isShared: isShared)) }
            }
            let tally = try await KeyTally(of: scanner.batches(options: options))
            #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
            return paces.withLock { $0 }
        }

        private final class Flag: Sendable {
            private let value = Mutex(false)

            var isSet: Bool { value.withLock { $0 } }

            func set() { value.withLock { $0 = true } }
        }
    }
}
