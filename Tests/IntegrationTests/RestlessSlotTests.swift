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
                let moves = (0..<300).map { SlotMove(slot: 17 * $0, source: 0, destination: 1 + $0 % 2) }
                let isOver = Flag()
                let resharding = Task {
                    defer { isOver.set() }
                    try await cluster.carryOutQuickly(moves)
                }
                var tally = KeyTally()
                for try await batch in scanner.batches(options: options) {
                    tally.add(batch.keys)
                    if !isOver.isSet { try await Task.sleep(for: .milliseconds(4)) }
                }
                try await resharding.value
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                let repeats = tally.total - Self.names.count
                // A walk over a node begins anew when the node's epoch rises, and the second time slots are
                // read one by one.
                let bound = strategy == .scan ? 2 * Self.names.count : Self.names.count / 4
                #expect(repeats < bound, "\(repeats) of \(Self.names.count) keys came again")
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
                let isOver = Flag()
                let moving = Task {
                    let move = SlotMove(slot: slot, source: 2, destination: 1)
                    try await cluster.handOver(move, untilOver: { isOver.isSet })
                }
                let options = ScanOptions(
                    count: 100,
                    strategy: strategy,
                    readAheadBytes: 10_000,
                    patience: .seconds(10)
                )
                let promise = Promise(of: Self.names.union(tagged), options)
                let scanner = cluster.scanner()
                let result = try await promise.expectStream(of: scanner) { _ in
                    try await Task.sleep(for: .milliseconds(2))
                }
                isOver.set()
                try await moving.value
                var tally = result.tally
                if let error = result.error {
                    if strategy != .scan { #expect(error.slots == SlotSet(slot...slot), "\(error)") }
                    let cursor = try #require(error.cursor)
                    let rest = scanner.batches(from: cursor, options: options)
                    for try await batch in rest { tally.add(batch.keys) }
                }
                #expect(tally.names.isSuperset(of: promise.keys))
                #expect(tally.total < 2 * promise.keys.count, "\(tally.total) lines")
                await scanner.shutDown()
            }
        }

        private final class Flag: Sendable {
            private let state = Atomic(false)
            var isSet: Bool { state.load(ordering: .relaxed) }
            func set() { state.store(true, ordering: .relaxed) }
        }
    }
}
