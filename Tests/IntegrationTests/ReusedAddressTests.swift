import ClusterScan
import TestCluster
import Testing

/// A primary moves to another address, and its old one goes to a server that has nothing to do with the
/// cluster, as addresses of pods do (rule R10).
extension IntegrationTests {
    @Suite("Addresses that other servers take over")
    struct ReusedAddressTests {
        private static let names = (0..<3000).map { Array("key:\($0)".utf8) }
        private static let foreignNames = (0..<500).map { Array("key:\($0)".utf8) }

        /// A server that has nothing to do with the cluster. It is spoken to over one connection: its address
        /// changes.
        private struct Stranger {
            let server: LocalCluster
            let line: RespConnection

            func keyCount() throws -> Int? { try line.checked("DBSIZE").integer }
        }

        /// A cluster, another server, and a way to have the cluster's second node and that server swap
        /// addresses.
        private func withStranger(
            isCluster: Bool = false,
            _ body: (LocalCluster, Stranger, () async throws -> Void) async throws -> Void
        ) async throws {
            var ofStranger = LocalCluster.Options()
            ofStranger.isStandalone = !isCluster
            ofStranger.replicasPerPrimary = 0
            var ofCluster = LocalCluster.Options()
            ofCluster.replicasPerPrimary = 0
            try await LocalCluster.with(ofStranger) { stranger in
                try await stranger.set(Self.foreignNames)
                try await LocalCluster.with(ofCluster) { cluster in
                    try await cluster.set(Self.names)
                    let stranger = Stranger(server: stranger, line: try stranger.connect(to: 0))
                    try await body(cluster, stranger) {
                        try await swapAddresses(of: cluster, stranger)
                    }
                }
            }
        }

        private func swapAddresses(of cluster: LocalCluster, _ stranger: Stranger) async throws {
            let (old, new) = (cluster.nodes[1].port, stranger.server.nodes[0].port)
            let node = try cluster.connect(to: 1)
            // The bus stays where it is: it would have to be opened anew otherwise.
            try node.checked("CONFIG", "SET", "cluster-announce-bus-port", old + 10_000)
            try stranger.line.checked("CONFIG", "SET", "port", 0)
            try node.checked("CONFIG", "SET", "port", new)
            try stranger.line.checked("CONFIG", "SET", "port", old)
            try await cluster.wait("the others know of the new address", within: .seconds(20)) {
                let nodes = try await cluster.command(0, "CLUSTER", "NODES").text ?? ""
                return nodes.contains(":\(new)@")
            }
        }

        @Test(
            "an iteration goes on with the node, not with the server that has its address",
            arguments: [
                ScanStrategy.scan, .slots,
            ]
        )
        func iteration(strategy: ScanStrategy) async throws {
            try await withStranger { cluster, _, swap in
                let scanner = cluster.scanner()
                var tally = KeyTally()
                var batches = 0
                let options = ScanOptions(count: 50, strategy: strategy, readAheadBytes: 1000)
                for try await batch in scanner.batches(options: options) {
                    tally.add(batch.keys)
                    batches += 1
                    if batches == 5 { try await swap() }
                }
                #expect(tally.difference(from: Set(Self.names)) == nil)
                await scanner.shutDown()
            }
        }

        @Test("pages that are resumed by a process with old addresses come from the cluster alone")
        func pages() async throws {
            try await withStranger { cluster, stranger, swap in
                let first = cluster.scanner()
                var tally = KeyTally()
                var page = try await first.scan(.start, count: 100)
                tally.add(page.keys)
                await first.shutDown()
                try await swap()
                // The first seed is where the other server answers now.
                let seeds = [cluster.nodes[1].nodeAddress, cluster.nodes[0].nodeAddress]
                let second = ClusterScanner(seeds: seeds)
                while !page.cursor.isFinished {
                    page = try await second.scan(ScanCursor(page.cursor.description), count: 100)
                    tally.add(page.keys)
                }
                #expect(tally.difference(from: Set(Self.names)) == nil)
                await second.shutDown()
                #expect(try stranger.keyCount() == Self.foreignNames.count)
            }
        }

        @Test("commands on keys go to the node, and leave the server that has its address alone")
        func commands() async throws {
            try await withStranger { cluster, stranger, swap in
                let scanner = cluster.scanner()
                _ = try await scanner.topology()
                try await swap()
                let deletions = Self.names.map { KeyCommand("UNLINK", key: $0, isRepeatable: true) }
                let replies = try await scanner.send(deletions)
                #expect(replies.allSatisfy { if case .value = $0 { true } else { false } })
                #expect(try await scanner.keyCounts().values.reduce(0, +) == 0)
                #expect(try stranger.keyCount() == Self.foreignNames.count)
                await scanner.shutDown()
            }
        }

        @Test("a cursor of one cluster is refused by another one, unless the caller insists")
        func otherCluster() async throws {
            try await withStranger(isCluster: true) { cluster, stranger, _ in
                let here = cluster.scanner()
                let there = stranger.server.scanner()
                let cursor = try await here.scan(.start, count: 100).cursor
                let error = await #expect(throws: ClusterScanError.self) { try await there.scan(cursor) }
                #expect(error?.code == .invalidCursor && error?.message.contains("another cluster") == true)
                let stream = await #expect(throws: ClusterScanError.self) {
                    for try await _ in there.batches(from: cursor) {}
                }
                #expect(stream?.code == .invalidCursor)
                let options = ScanOptions(acceptsOtherCluster: true)
                var tally = KeyTally()
                for try await batch in there.batches(from: cursor, options: options) { tally.add(batch.keys) }
                #expect(!tally.names.isEmpty)
                await here.shutDown()
                await there.shutDown()
            }
        }
    }
}
