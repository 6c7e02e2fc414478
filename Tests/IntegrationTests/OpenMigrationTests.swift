import ClusterScan
import TestCluster
import Testing

/// Migrations in whose middle something else happens.
extension IntegrationTests {
    @Suite("Migrations that something comes between")
    struct OpenMigrationTests {
        private static let names = (0..<200).map { Array("{a}:\($0)".utf8) }
        private static let slot = KeySlot.of(names[0])
        private static let bystanders = (0..<2_000).map { Array("key:\($0)".utf8) }
            .filter { KeySlot.of($0) != slot }

        enum End: CaseIterable, Sendable {
            case source, destination
        }

        @Test(
            "when one end of a migration fails over, all keys that clients reach are returned",
            arguments: End.allCases
        )
        func failover(of end: End) async throws {
            try await LocalCluster.with { cluster in
                try await moveHalf(in: cluster, untilFailoverOf: end)
                let scanner = cluster.scanner()
                let reachable = try await reachableKeys(of: scanner)
                #expect(reachable.count >= 100)
                for strategy in ScanStrategy.allCases {
                    let options = ScanOptions(strategy: strategy, patience: .seconds(6))
                    let promise = Promise(of: reachable + Self.bystanders, options)
                    try await promise.expectStream(of: scanner)
                    try await promise.expectPages(of: scanner)
                }
                await scanner.shutDown()
            }
        }

        @Test(
            "the successor of a destination goes on with the migration, and every key is returned",
            arguments: ScanStrategy.allCases
        )
        func successor(strategy: ScanStrategy) async throws {
            try await LocalCluster.with { cluster in
                try await moveHalf(in: cluster, untilFailoverOf: .destination)
                let scanner = cluster.scanner()
                let read = ScanOptions(strategy: strategy, patience: .seconds(6))
                func expectPromise() async throws {
                    try await Promise(of: Self.names + Self.bystanders, read).expectStream(of: scanner)
                    try await Promise(of: Self.names + Self.bystanders, read).expectPages(of: scanner)
                    try await Promise(of: Self.names, read, match: "{a}:*").expectStream(of: scanner)
                }
                // From Valkey 8 on it has this mark by itself. The source's still names the node before it.
                let rest = SlotMove(slot: Self.slot, source: 2, destination: 3)
                try await cluster.markImporting(rest)
                try await expectPromise()
                try await cluster.markMigrating(rest)
                try await cluster.moveKeys(rest, atMost: 50)
                try await expectPromise()
                await scanner.shutDown()
            }
        }

        /// Half of the slot's keys move from node 2 to node 0, then one of these is replaced by its replica.
        private func moveHalf(in cluster: LocalCluster, untilFailoverOf end: End) async throws {
            // The slot of {a} belongs to the last third.
            let move = SlotMove(slot: Self.slot, source: 2, destination: 0)
            try await cluster.set(Self.names + Self.bystanders)
            try await cluster.begin(move)
            try await cluster.moveKeys(move, atMost: 100)
            try await cluster.waitForReplicas()
            let successor = end == .source ? 5 : 3
            try await cluster.promote(successor)
            for node in cluster.nodes.indices {
                try await cluster.wait("node \(node) knows of it") {
                    let text = try await cluster.command(node, "CLUSTER", "NODES").text ?? ""
                    let line = text.split(separator: "\n").first {
                        $0.hasPrefix(cluster.nodes[successor].id)
                    }
                    return line?.contains("master") == true
                }
            }
        }

        /// Those for which a client gets a value, as it follows redirections.
        private func reachableKeys(of scanner: ClusterScanner) async throws -> [[UInt8]] {
            let replies = try await scanner.send(
                Self.names.map { KeyCommand("GET", key: $0, isRepeatable: true) },
                options: CommandOptions(patience: .seconds(3))
            )
            return zip(Self.names, replies).filter { _, reply in
                if case .value(let value) = reply { value != .null } else { false }
            }.map(\.0)
        }

        @Test(
            "a half-open slot whose marks name a former owner is read in full, or named in time",
            arguments: ScanStrategy.allCases
        )
        func formerOwner(strategy: ScanStrategy) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Self.names + Self.bystanders)
                // Half of the keys go from node 2 to node 1, and then the slot goes from node 2 to node 0.
                let begun = SlotMove(slot: Self.slot, source: 2, destination: 1)
                try await cluster.begin(begun)
                try await cluster.moveKeys(begun, atMost: 100)
                let other = SlotMove(slot: Self.slot, source: 2, destination: 0)
                try await cluster.markImporting(other)
                try await cluster.moveKeys(other)
                let owner = cluster.nodes[0].id
                for node in [0, 2] {
                    try await cluster.command(node, "CLUSTER", "SETSLOT", Self.slot, "NODE", owner)
                }
                try await cluster.wait("node 1 has heard of it, or keeps to its mark") {
                    try await cluster.owners()[Self.slot] == 0
                }
                let read = ScanOptions(strategy: strategy, patience: .seconds(6))
                let scanner = cluster.scanner()
                func expectPromise(of tagged: some Sequence<[UInt8]>) async throws {
                    try await Promise(of: Array(tagged) + Self.bystanders, read).expectStream(of: scanner)
                    try await Promise(of: Array(tagged) + Self.bystanders, read).expectPages(of: scanner)
                    try await Promise(of: tagged, read, match: "{a}:*").expectStream(of: scanner)
                }
                // Without a mark at the owner, its hundred keys are all that clients reach.
                let (atOwner, away) = (try await keys(of: cluster, at: 0), try await keys(of: cluster, at: 1))
                #expect(atOwner.count == 100 && away.count == 100)
                try await expectPromise(of: atOwner)
                try await cluster.markMigrating(SlotMove(slot: Self.slot, source: 0, destination: 1))
                try await expectPromise(of: Self.names)
                // The owner's mark names the former owner, which imports nothing.
                try await cluster.takeMarks(off: Self.slot, at: 0)
                try await cluster.markMigrating(SlotMove(slot: Self.slot, source: 0, destination: 2))
                try await expectPromise(of: atOwner)
                await scanner.shutDown()
            }
        }

        private func keys(of cluster: LocalCluster, at node: Int) async throws -> [[UInt8]] {
            let reply = try await cluster.command(node, "CLUSTER", "GETKEYSINSLOT", Self.slot, 1_000)
            return (reply.array ?? []).compactMap(\.bytes)
        }
    }
}
