import ClusterScan
import TestCluster
import Testing

/// Nodes that hear nothing from one another, while clients reach them all (rules R13 and R15).
extension IntegrationTests {
    @Suite("A cluster bus that is silent")
    struct SilentBusTests {
        /// Nobody is suspected of having failed as long as a test lasts.
        private static let patientNodes = Duration.seconds(60)

        private static func withBus(
            replicas: Int = 0,
            nodeTimeout: Duration = patientNodes,
            _ body: (LocalCluster, ClusterBus) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = replicas
            options.nodeTimeout = nodeTimeout
            try await LocalCluster.with(options) { cluster in
                try await ClusterBus.with(cluster) { try await body(cluster, $0) }
            }
        }

        /// The last primary has the highest epoch at first, and keeps it when it takes a slot.
        enum Direction: CaseIterable, Sendable {
            case toLowerEpoch, toHigherEpoch

            var nodes: (source: Int, destination: Int) {
                self == .toLowerEpoch ? (2, 0) : (0, 2)
            }
        }

        @Test(
            "a slot that only its destination knows to be its own is read there, or named",
            arguments: [ScanStrategy.scan, .slots],
            Direction.allCases
        )
        func endedAtDestination(strategy: ScanStrategy, direction: Direction) async throws {
            try await Self.withBus { cluster, bus in
                let (source, destination) = direction.nodes
                let names = (0..<6_000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                let owners = try await cluster.owners()
                let moved = Set(names.map { KeySlot.of($0) }.filter { owners[$0] == source }).sorted().prefix(
                    40
                )
                try await bus.silence()
                for (index, slot) in moved.enumerated() {
                    let move = SlotMove(slot: slot, source: source, destination: destination)
                    try await cluster.begin(move)
                    try await cluster.moveKeys(move)
                    let owner = cluster.nodes[destination].id
                    try await cluster.command(destination, "CLUSTER", "SETSLOT", slot, "NODE", owner)
                    // The source still takes itself for the owner, and no longer knows of the move.
                    if index.isMultiple(of: 2) { try await cluster.takeMarks(off: slot, at: source) }
                }
                let promise = Promise(of: names, ScanOptions(strategy: strategy, patience: .seconds(6)))
                for seed in [source, destination] {
                    let scanner = ClusterScanner(seeds: [cluster.nodes[seed].nodeAddress])
                    try await promise.expectStream(of: scanner)
                    try await promise.expectPages(of: scanner)
                    await scanner.shutDown()
                }
                // When the nodes speak again they agree, and nothing is missing.
                try await bus.mend()
                try await cluster.waitUntilAgreed()
                let scanner = cluster.scanner()
                let tally = try await KeyTally(of: scanner.batches(options: promise.options))
                #expect(tally.difference(from: promise.keys, allowingRepeats: true) == nil)
                await scanner.shutDown()
            }
        }

        @Test(
            "slots that leave a node and come back while it is read, unknown to all others, lose no key",
            arguments: [ScanStrategy.scan, .slots],
            Direction.allCases
        )
        func awayAndBack(strategy: ScanStrategy, direction: Direction) async throws {
            try await Self.withBus { cluster, bus in
                let (source, destination) = direction.nodes
                let names = (0..<12_000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                let owners = try await cluster.owners()
                let slots = Set(names.map { KeySlot.of($0) }.filter { owners[$0] == source }).shuffled()
                    .prefix(60)
                try await bus.silence()
                func carryOut(from source: Int, to destination: Int) async throws {
                    for slot in slots {
                        let move = SlotMove(slot: slot, source: source, destination: destination)
                        try await cluster.begin(move)
                        try await cluster.moveKeys(move)
                        for node in [destination, source] {
                            let owner = cluster.nodes[destination].id
                            try await cluster.command(node, "CLUSTER", "SETSLOT", slot, "NODE", owner)
                        }
                    }
                }
                let options = ScanOptions(
                    count: 50,
                    strategy: strategy,
                    readAheadBytes: 1_000,
                    patience: .seconds(10)
                )
                let scanner = cluster.scanner()
                // A node has about 80 pages.
                try await Promise(of: names, options).expectStream(of: scanner) { batch in
                    if batch == 12 { try await carryOut(from: source, to: destination) }
                    if batch == 180 { try await carryOut(from: destination, to: source) }
                }
                await scanner.shutDown()
            }
        }

        @Test(
            "a primary that does not know that its replica took over is not believed",
            arguments: [ScanStrategy.scan, .slots],
            [false, true]
        )
        func replaced(strategy: ScanStrategy, isCredulous: Bool) async throws {
            try await Self.withBus(replicas: 1, nodeTimeout: .seconds(2)) { cluster, bus in
                let names = (0..<6_000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                try await cluster.waitForReplicas()
                // Otherwise it notices by itself that it hears from nobody.
                if isCredulous {
                    try await cluster.command(0, "CONFIG", "SET", "cluster-node-timeout", 60_000)
                }
                try await bus.isolate([0])
                try await cluster.wait("node 3 takes over", within: .seconds(60)) {
                    try await cluster.role(of: 3) == "master"
                }
                let later = (0..<30_000).map { Array("later:\($0)".utf8) }.filter { KeySlot.of($0) < 5_461 }
                try await cluster.withConnection(to: 3) { connection in
                    for name in later.prefix(1_000) { try connection.checked("SET", name, "1") }
                }
                let options = ScanOptions(strategy: strategy, patience: .seconds(15))
                let promise = Promise(of: names + later.prefix(1_000), options)
                for seeds in [[0], [0, 1, 2, 3, 4, 5], [1]] {
                    let scanner = ClusterScanner(seeds: seeds.map { cluster.nodes[$0].nodeAddress })
                    try await promise.expectStream(of: scanner)
                    try await promise.expectPages(of: scanner)
                    await scanner.shutDown()
                }
            }
        }

        @Test(
            "a primary that is back, empty and alone, is not believed after its replica took over",
            arguments: [ScanStrategy.scan, .slots]
        )
        func backAndEmpty(strategy: ScanStrategy) async throws {
            try await Self.withBus(replicas: 1) { cluster, bus in
                let names = (0..<6_000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                try await cluster.waitForReplicas()
                try await bus.isolate([0])
                try await cluster.kill(0)
                try await cluster.command(3, "CLUSTER", "FAILOVER", "TAKEOVER")
                try await cluster.restart(0)
                let options = ScanOptions(strategy: strategy, patience: .seconds(15))
                let promise = Promise(of: names, options)
                let scanner = cluster.scanner()
                // At once, and when the node has recovered from its start by its own judgement.
                try await promise.expectStream(of: scanner)
                try await cluster.wait("node 0 takes itself for sound") {
                    try await cluster.command(0, "CLUSTER", "INFO").text?.contains("cluster_state:ok") == true
                }
                try await promise.expectStream(of: scanner)
                try await promise.expectPages(of: scanner)
                await scanner.shutDown()
            }
        }
    }
}
