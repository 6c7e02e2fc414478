import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Slots that nobody serves")
    struct CoverageTests {
        /// Keys whose slots are known, and slots of two primaries to take away.
        private static let sample = SampleKeys(count: 10_000, seed: 5)
        private static let removed = SlotSet("100-199,7000") ?? SlotSet()
        private static let lost = sample.filter { removed.contains(HashSlot(key: $0.name)) }.map(\.name)
        private static let kept = Set(sample.map(\.name)).subtracting(lost)

        @Test(
            "an iteration names slots that no node serves, does without them if allowed, and can be completed"
        )
        func uncovered() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                #expect(Self.lost.count > 20)
                let removed = try await removedByOwner(in: cluster)
                try await change("DELSLOTS", removed, of: cluster)

                var unfinished: [(KeyTally, ScanCursor)] = []
                for strategy in ScanStrategy.allCases {
                    unfinished.append(try await failing(cluster, strategy))
                    try await allowed(cluster, strategy)
                }
                unfinished.append(try await failingPages(cluster))
                try await elsewhere(cluster)

                try await change("ADDSLOTS", removed, of: cluster)
                let scanner = cluster.scanner()
                for (tally, cursor) in unfinished {
                    let again = try ScanCursor(cursor.description)
                    var whole = tally
                    whole.add(try await KeyTally(of: scanner.batches(from: again)))
                    #expect(whole.difference(from: Set(Self.sample.map(\.name))) == nil)
                }
            }
        }

        @Test("slots that two nodes take each other to serve are given up like those that nobody serves")
        func disputed() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                // The others go on believing that the slots are there.
                for (owner, slots) in try await removedByOwner(in: cluster) {
                    try await cluster.withConnection(to: owner) { connection in
                        _ = try connection.checked(["CLUSTER", "DELSLOTS"] + slots)
                    }
                }
                for strategy in ScanStrategy.allCases {
                    let options = ScanOptions(strategy: strategy, patience: .milliseconds(400))
                    var tally = KeyTally()
                    let error = await #expect(throws: ClusterScanError.self) {
                        for try await batch in cluster.scanner().batches(options: options) {
                            tally.add(batch.keys)
                        }
                    }
                    #expect(error?.code == .slotsNotCovered)
                    // Each from when it was first asked for: the first that runs out of time ends the
                    // iteration.
                    #expect(error?.slots.isEmpty == false)
                    #expect(error?.slots.isSubset(of: Self.removed) == true)
                    #expect(tally.difference(from: Self.kept) == nil)
                    try await allowed(cluster, strategy)
                }
                _ = try await failingPages(cluster)
            }
        }

        private func removedByOwner(in cluster: LocalCluster) async throws -> [Int: [Int]] {
            let owners = try await cluster.owners()
            return Dictionary(grouping: Self.removed.map { Int($0.rawValue) }) { owners[$0] }
        }

        private func failing(
            _ cluster: LocalCluster,
            _ strategy: ScanStrategy
        ) async throws -> (KeyTally, ScanCursor) {
            let options = ScanOptions(strategy: strategy, patience: .milliseconds(400))
            var tally = KeyTally()
            let batches = cluster.scanner().batches(options: options)
            let started = ContinuousClock.now
            let error = try #require(
                await #expect(throws: ClusterScanError.self) {
                    for try await batch in batches { tally.add(batch.keys) }
                }
            )
            #expect(ContinuousClock.now - started < .seconds(5))
            #expect(error.code == .slotsNotCovered)
            #expect(error.slots == Self.removed)
            #expect(error.message.contains("101 of 16384 slots"))
            #expect(error.message.contains("slots 100-199,7000: no node serves these slots"))
            #expect(tally.difference(from: Self.kept) == nil)
            #expect(await batches.report == nil)
            return (tally, try #require(error.cursor))
        }

        private func failingPages(_ cluster: LocalCluster) async throws -> (KeyTally, ScanCursor) {
            let options = ScanOptions(patience: .milliseconds(400))
            let scanner = cluster.scanner()
            var tally = KeyTally()
            var cursor = ScanCursor.start
            let error = try #require(
                await #expect(throws: ClusterScanError.self) {
                    while !cursor.isFinished {
                        let page = try await scanner.scan(cursor, options: options)
                        tally.add(page.keys)
                        cursor = page.cursor
                    }
                }
            )
            #expect(error.code == .slotsNotCovered)
            #expect(!error.slots.isEmpty && error.slots.isSubset(of: Self.removed))
            #expect(tally.difference(from: Self.kept) == nil)
            await scanner.shutDown()
            return (tally, try #require(error.cursor))
        }

        private func allowed(_ cluster: LocalCluster, _ strategy: ScanStrategy) async throws {
            let options = ScanOptions(
                strategy: strategy,
                patience: .milliseconds(400),
                allowsUncoveredSlots: true
            )
            let batches = cluster.scanner().batches(options: options)
            let tally = try await KeyTally(of: batches)
            #expect(tally.difference(from: Self.kept) == nil)
            let report = try #require(await batches.report)
            #expect(report.uncovered == Self.removed)
            #expect(!report.isComplete)
            #expect(report.keys == UInt64(Self.kept.count))
        }

        /// What does not concern the query does not disturb it.
        private func elsewhere(_ cluster: LocalCluster) async throws {
            let name = try #require(
                Self.kept.first { GlobPattern(bytes: $0).impliedSlots.reason == .exactKey }
            )
            let started = ContinuousClock.now
            let tally = try await KeyTally(of: cluster.scanner().batches(match: GlobPattern(bytes: name)))
            #expect(tally.difference(from: [name]) == nil)
            #expect(ContinuousClock.now - started < .seconds(2))

            let missing = try #require(
                Self.lost.first { GlobPattern(bytes: $0).impliedSlots.reason == .exactKey }
            )
            let scanner = cluster.scanner()
            let error = await #expect(throws: ClusterScanError.self) {
                for try await _ in scanner.sscan(missing) {}
            }
            let slot = HashSlot(key: missing)
            #expect(error?.code == .slotsNotCovered)
            #expect(error?.slots == SlotSet(slot...slot))
            await scanner.shutDown()
        }

        /// The owner first: what others believe they learn from it.
        private func change(_ verb: String, _ slotsByOwner: [Int: [Int]], of cluster: LocalCluster)
            async throws
        {
            for (owner, slots) in slotsByOwner {
                let others = verb == "DELSLOTS" ? cluster.nodes.indices.filter { $0 != owner } : []
                for node in [owner] + others {
                    try await cluster.withConnection(to: node) { connection in
                        _ = try connection.checked(["CLUSTER", verb] + slots)
                    }
                }
            }
            let served = verb == "ADDSLOTS" ? SlotSet.all : SlotSet.all.subtracting(Self.removed)
            for node in cluster.nodes {
                let scanner = ClusterScanner(seeds: [node.nodeAddress])
                try await cluster.wait("\(node.address) sees \(served)") {
                    try await scanner.topology().servedSlots == served
                }
                await scanner.shutDown()
            }
        }
    }
}
