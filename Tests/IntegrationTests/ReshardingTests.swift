import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Resharding")
    struct ReshardingTests {
        /// 200 keys in each of these slots, besides keys everywhere.
        private static let tags = (0..<12).map { "tag-\($0)" }
        private static let tagged = tags.flatMap { tag in (0..<200).map { Array("{\(tag)}:\($0)".utf8) } }
        private static let sample = SampleKeys(count: 8_000, seed: 21)
        private static let names = Set(sample.map(\.name) + tagged)

        @Test(
            "slots left half-way between two nodes are read in full, and so they are when the move has ended"
        )
        func halfWay() async {
            await ServerGeneration.each { try await halfWay(on: $0) }
        }

        private func halfWay(on generation: ServerGeneration) async throws {
            try await Self.withCluster(of: generation) { cluster in
                let moves = try await Self.moves(in: cluster)
                for (index, move) in moves.enumerated() {
                    try await cluster.begin(move)
                    // None, half and all of the keys have moved.
                    try await cluster.moveKeys(move, atMost: [0, 100, 100, 1_000][index % 4])
                }
                try await expectAllKeysOnce(cluster)
                for move in moves {
                    try await cluster.moveKeys(move)
                }
                try await expectAllKeysOnce(cluster)
                for (_, moves) in Dictionary(grouping: moves, by: \.destination) {
                    for move in moves { try await cluster.end(move) }
                    try await cluster.waitUntilAgreed()
                }
                try await expectAllKeysOnce(cluster)
            }
        }

        @Test("marks that a broken reshard left on one side only do not keep an iteration from its end")
        func oneSided() async {
            await ServerGeneration.each { try await oneSided(on: $0) }
        }

        private func oneSided(on generation: ServerGeneration) async throws {
            try await Self.withCluster(of: generation) { cluster in
                let moves = try await Self.moves(in: cluster)
                for (index, move) in moves.enumerated() {
                    if index.isMultiple(of: 2) {
                        try await cluster.markMigrating(move)
                    } else {
                        try await cluster.markImporting(move)
                    }
                }
                try await expectAllKeysOnce(cluster)
            }
        }

        @Test("keys that a node kept of a slot it has given away are not returned")
        func orphans() async {
            await ServerGeneration.each { try await orphans(on: $0) }
        }

        private func orphans(on generation: ServerGeneration) async throws {
            try await Self.withCluster(of: generation) { cluster in
                let move = try #require(try await Self.moves(in: cluster).first)
                let orphan = Array("{tag-0}:orphan".utf8)
                try await cluster.set([orphan])
                try await cluster.carryOut(move)
                // The old owner gets a key of the slot again, the way that a broken import leaves one.
                let back = SlotMove(slot: move.slot, source: move.destination, destination: move.source)
                try await cluster.begin(back)
                try await cluster.moveKeys(back, atMost: 1)
                try await cluster.takeMarks(off: move.slot, at: move.source)
                try await cluster.takeMarks(off: move.slot, at: move.destination)
                #expect(try await cluster.keyCount(inSlot: move.slot, at: move.source) == 1)

                let scanner = cluster.scanner()
                let expected = Self.names.union([orphan])
                for strategy in ScanStrategy.allCases {
                    let tally = try await KeyTally(
                        of: scanner.batches(options: ScanOptions(strategy: strategy))
                    )
                    #expect(tally.total == expected.count - 1)
                    #expect(tally.names.isSubset(of: expected))
                }
                await scanner.shutDown()
            }
        }

        @Test(
            "slots that move one after the other while keys are read lose none",
            arguments: ServerGeneration.available,
            [ScanStrategy.scan, .slots]
        )
        func moving(generation: ServerGeneration, strategy: ScanStrategy) async throws {
            try await Self.withCluster(of: generation) { cluster in
                let tagged = try await Self.moves(in: cluster).filter {
                    $0.source == 0 && $0.destination == 1
                }
                let moves = tagged + (0..<60).map { SlotMove(slot: 3000 + $0, source: 0, destination: 1) }
                #expect(tagged.count > 1)
                let resharding = Task { try await reshard(moves, andBackIn: cluster) }
                let options = ScanOptions(count: 50, strategy: strategy, readAheadBytes: 10_000)
                var restarts = 0
                for _ in 0..<3 {
                    var tally = KeyTally()
                    let batches = cluster.scanner().batches(options: options)
                    for try await batch in batches {
                        tally.add(batch.keys)
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                    restarts += await batches.report?.restarts ?? 0
                }
                let scanner = cluster.scanner()
                let pages = try await KeyTally(pagesOf: scanner, count: 200, options: options)
                #expect(pages.difference(from: Self.names, allowingRepeats: true) == nil)
                await scanner.shutDown()
                resharding.cancel()
                do {
                    try await resharding.value
                } catch is CancellationError {
                    // It was between two steps.
                }
                #expect(restarts > 0, "nothing moved while it was read")
            }
        }

        /// Moves slots there and back until the task is cancelled, each in steps with time in between.
        private func reshard(_ moves: [SlotMove], andBackIn cluster: LocalCluster) async throws {
            var moves = moves
            while !Task.isCancelled {
                for move in moves where !Task.isCancelled {
                    try await cluster.begin(move)
                    try await cluster.moveKeys(move, atMost: 50)
                    try await Task.sleep(for: .milliseconds(3))
                    try await cluster.moveKeys(move)
                    try await cluster.end(move)
                }
                try await cluster.waitUntilAgreed()
                moves = moves.map { SlotMove(slot: $0.slot, source: $0.destination, destination: $0.source) }
            }
        }

        // MARK: Clusters and what is expected of them

        private func expectAllKeysOnce(_ cluster: LocalCluster) async throws {
            let scanner = cluster.scanner()
            for strategy in ScanStrategy.allCases {
                let options = ScanOptions(strategy: strategy, patience: .seconds(5))
                let stream = try await KeyTally(of: scanner.batches(options: options))
                #expect(stream.difference(from: Self.names) == nil, "stream, \(strategy)")
                let pages = try await KeyTally(pagesOf: scanner, options: options)
                #expect(pages.difference(from: Self.names) == nil, "pages, \(strategy)")
                let one = try await KeyTally(of: scanner.batches(match: "{tag-3}*", options: options))
                #expect(one.difference(from: Set(Self.tagged[600..<800])) == nil, "one slot, \(strategy)")
                let typed = try await KeyTally(
                    of: scanner.batches(match: "{tag-?}:1*", type: .string, options: options)
                )
                #expect(typed.names.count == 10 * 111, "typed, \(strategy)")
            }
            await scanner.shutDown()
        }

        private static func withCluster(
            of generation: ServerGeneration,
            _ body: (LocalCluster) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options(generation)
            options.replicasPerPrimary = 0
            options.emptyPrimaries = 1
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(sample)
                try await cluster.set(tagged)
                try await body(cluster)
            }
        }

        /// Every slot of a tag to the next node, or to the one that has no slots.
        private static func moves(in cluster: LocalCluster) async throws -> [SlotMove] {
            let owners = try await cluster.owners()
            return tags.enumerated().map { index, tag in
                let slot = KeySlot.of(Array(tag.utf8))
                let source = owners[slot]
                return SlotMove(slot: slot, source: source, destination: index < 9 ? (source + 1) % 3 : 3)
            }
        }
    }
}
