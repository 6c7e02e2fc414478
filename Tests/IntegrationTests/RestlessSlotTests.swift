import ClusterScan
import Synchronization
import TestCluster
import Testing

/// Slots that move without rest (rule R14): what is thrown away stays near what moved, and an iteration ends.
extension IntegrationTests {
    @Suite("Slots that do not stand still")
    struct RestlessSlotTests {
        private static let sample = SampleKeys(count: 60_000, seed: 8)
        private static let names = Set(sample.map(\.name))

        private static func withCluster(_ body: (LocalCluster) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(sample)
                try await body(cluster)
            }
        }

        @Test(
            "300 small slots that go to two nodes in turn cost little more than themselves",
            arguments: ScanStrategy.allCases
        )
        func inTurn(strategy: ScanStrategy) async throws {
            try await Self.withCluster { cluster in
                let options = ScanOptions(
                    count: 100,
                    strategy: strategy,
                    readAheadBytes: 10_000,
                    patience: .seconds(30)
                )
                let scanner = cluster.scanner()
                let isMoving = Flag()
                let resharding = Task {
                    defer { isMoving.clear() }
                    for number in 0..<300 {
                        let move = SlotMove(slot: 17 * number, source: 0, destination: 1 + number % 2)
                        try await cluster.begin(move)
                        try await cluster.moveKeys(move)
                        try await cluster.end(move)
                    }
                }
                var tally = KeyTally()
                let started = ContinuousClock.now
                for try await batch in scanner.batches(options: options) {
                    tally.add(batch.keys)
                    if isMoving.isSet { try await Task.sleep(for: .milliseconds(4)) }
                }
                try await resharding.value
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                let repeats = tally.total - Self.names.count
                print("300 slots in turn, \(strategy): \(repeats) repeats, \(ContinuousClock.now - started)")
                #expect(repeats < Self.names.count / 4, "\(repeats) of \(Self.names.count) keys came again")
                await scanner.shutDown()
            }
        }

        @Test(
            "a slot that two nodes hand to each other without rest does not keep an iteration from its end",
            arguments: ScanStrategy.allCases
        )
        func withoutRest(strategy: ScanStrategy) async throws {
            try await Self.withCluster { cluster in
                let slot = KeySlot.of(Array("a".utf8))
                let tagged = (0..<50).map { Array("{a}:\($0)".utf8) }
                try await cluster.set(tagged)
                let moving = Task {
                    // From node 2, which has it, to node 1 and back: each raises its epoch above the other's.
                    var (source, destination) = (2, 1)
                    while !Task.isCancelled {
                        let move = SlotMove(slot: slot, source: source, destination: destination)
                        try await cluster.begin(move)
                        try await cluster.moveKeys(move)
                        try await cluster.end(move)
                        // A message from before would leave the slot to nobody.
                        try await cluster.waitUntilAgreed()
                        (source, destination) = (destination, source)
                    }
                }
                let options = ScanOptions(
                    count: 100,
                    strategy: strategy,
                    readAheadBytes: 10_000,
                    patience: .seconds(10)
                )
                let promise = Promise(of: Self.names.union(tagged), options)
                let scanner = cluster.scanner()
                let started = ContinuousClock.now
                let (tally, report) = try await promise.expectStream(of: scanner) { _ in
                    try await Task.sleep(for: .milliseconds(2))
                }
                print(
                    "without rest, \(strategy): \(tally.total) lines, \(ContinuousClock.now - started), \(report as Any)"
                )
                #expect(tally.total < 2 * promise.keys.count, "\(tally.total) lines")
                moving.cancel()
                try await moving.value
                await scanner.shutDown()
            }
        }

        private final class Flag: Sendable {
            private let state = Atomic(true)
            var isSet: Bool { state.load(ordering: .relaxed) }
            func clear() { state.store(false, ordering: .relaxed) }
        }
    }
}
