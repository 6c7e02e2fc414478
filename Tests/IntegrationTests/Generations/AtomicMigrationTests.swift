import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    /// Slots that move as a whole: their keys are copied while they stay, and show at their new owner with
    /// the last step.
    @Suite("Atomic slot migration")
    struct AtomicMigrationTests {
        private static let sample = SampleKeys(count: 20_000, seed: 61)
        private static let names = Set(sample.map(\.name))

        /// What is moved between the first two nodes, there and back.
        private static let ranges = [0...400, 1_000...1_300, 5_000...5_460]

        private enum Way: String, CaseIterable, Sendable {
            case carriedOut
            /// Every other migration is cancelled when it has begun.
            case cancelled
        }

        @Test(
            "slots that move as a whole while keys are read lose none, nor do those whose move is cancelled",
            arguments: ServerGeneration.available(where: \.movesSlotsAtOnce),
            [ScanStrategy.scan, .slots]
        )
        func moving(generation: ServerGeneration, strategy: ScanStrategy) async throws {
            var options = LocalCluster.Options(generation)
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                for way in Way.allCases {
                    let before = try await cluster.atomicMoves()
                    let moving = Task { try await Self.migrate(way, in: cluster) }
                    let options = ScanOptions(count: 50, strategy: strategy, readAheadBytes: 10_000)
                    func count(_ state: String) async throws -> Int {
                        try await cluster.atomicMoves().count { $0 == state }
                            - before.count { $0 == state }
                    }
                    var restarts = 0
                    // A server may be long in beginning a move.
                    let end = ContinuousClock.now + .seconds(60)
                    for reading in 0... {
                        let (moved, cancelled) = (try await count("success"), try await count("cancelled"))
                        let isEnough = moved > 0 && (way == .carriedOut ? restarts : cancelled) > 0
                        if reading >= 3, isEnough || ContinuousClock.now > end { break }
                        var tally = KeyTally()
                        let batches = cluster.scanner().batches(options: options)
                        for try await batch in batches {
                            tally.add(batch.keys)
                            try await Task.sleep(for: .milliseconds(2))
                        }
                        let difference = tally.difference(from: Self.names, allowingRepeats: true)
                        #expect(difference == nil, "\(way.rawValue)")
                        restarts += await batches.report?.restarts ?? 0
                    }
                    let scanner = cluster.scanner()
                    let pages = try await KeyTally(pagesOf: scanner, count: 200, options: options)
                    #expect(pages.difference(from: Self.names, allowingRepeats: true) == nil)
                    await scanner.shutDown()
                    moving.cancel()
                    do {
                        try await moving.value
                    } catch is CancellationError {
                        // It was waiting for the end of a move.
                        try await cluster.waitForAtomicMoves()
                    }
                    #expect(try await count("success") > 0, "nothing moved while it was read")
                    let cancelled = try await count("cancelled")
                    #expect(way == .carriedOut || cancelled > 0, "nothing was cancelled")
                    #expect(way == .cancelled || restarts > 0, "no move was noticed")
                    try await cluster.waitUntilAgreed()
                    #expect(try await cluster.keyCount() == Self.names.count)
                }
            }
        }

        /// Moves the ranges there and back until the task is cancelled.
        private static func migrate(_ way: Way, in cluster: LocalCluster) async throws {
            var turn = 0
            while !Task.isCancelled {
                for range in ranges {
                    turn += 1
                    let source = try await cluster.owners()[range.lowerBound]
                    try await cluster.beginAtomicMove(of: range, from: source, to: 1 - source)
                    if way == .cancelled, turn.isMultiple(of: 2) {
                        // Refused where it has ended already.
                        _ = try? await cluster.command(source, "CLUSTER", "CANCELSLOTMIGRATIONS")
                    }
                    try await cluster.waitForAtomicMoves()
                    try await cluster.waitUntilAgreed()
                }
            }
        }
    }
}

extension LocalCluster {
    fileprivate func beginAtomicMove(
        of slots: ClosedRange<Int>,
        from source: Int,
        to destination: Int
    ) async throws {
        let command: [any RespArgument] = [
            "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slots.lowerBound, slots.upperBound, "NODE",
            nodes[destination].id,
        ]
        try await withConnection(to: source) { _ = try $0.checked(command) }
    }

    /// Waits until no move is under way. One that does not begin is cancelled: now and then Valkey 9.1.2
    /// keeps the process that wrote an earlier snapshot, and then waits for its end for ever.
    fileprivate func waitForAtomicMoves() async throws {
        let ends: Set = ["success", "failed", "cancelled"]
        let patience = ContinuousClock.now + .seconds(5)
        try await wait("the slots have moved, or not", within: .seconds(60)) {
            let states = Set(try await atomicMoves()).subtracting(ends)
            if states == ["waiting-to-snapshot"], ContinuousClock.now > patience {
                for node in nodes.indices {
                    // Refused by nodes that move nothing.
                    _ = try? await command(node, "CLUSTER", "CANCELSLOTMIGRATIONS")
                }
            }
            return states.isEmpty
        }
    }

    /// The states of all moves so far, as their sources tell them.
    fileprivate func atomicMoves() async throws -> [String] {
        var states: [String] = []
        for node in nodes.indices {
            for job in try await command(node, "CLUSTER", "GETSLOTMIGRATIONS").array ?? [] {
                let words = job.array?.map { $0.text ?? "" } ?? []
                let facts = stride(from: 0, to: words.count - 1, by: 2).reduce(into: [:]) { facts, index in
                    facts[words[index]] = words[index + 1]
                }
                if facts["operation"] == "EXPORT" { states.append(facts["state"] ?? "") }
            }
        }
        return states
    }
}
