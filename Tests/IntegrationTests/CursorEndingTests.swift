import ClusterScan
import TestCluster
import Testing

/// What was handed out and what the cursor stands for are the same on every way to end.
extension IntegrationTests {
    @Suite("What a cursor stands for when a call fails")
    struct CursorEndingTests {
        private static let names = (0..<3000).map { Array("key:\($0)".utf8) }

        @Test(
            "where a page call fails after its last read, its cursor stands for no key that was not returned",
            arguments: [ScanStrategy.scan, .slots]
        )
        func failingClose(strategy: ScanStrategy) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Self.names)
                func setUser(_ rules: String...) async throws {
                    for node in cluster.nodes.indices {
                        _ = try await cluster.withConnection(to: node) { connection in
                            try connection.checked(["ACL", "SETUSER", "reader"] + rules)
                        }
                    }
                }
                try await setUser("on", ">secret", "~*", "+@all")
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(username: "reader", password: "secret")
                )
                let small = ScanOptions(count: 200, strategy: strategy)
                let first = try await scanner.scan(.start, options: small)
                var tally = KeyTally()
                tally.add(first.keys)
                // Which process answers is known; whether its slots may be credited must be asked.
                try await setUser("-info", "-cluster|nodes")
                let large = ScanOptions(count: 1_000_000, strategy: strategy)
                var cursor = first.cursor
                let error = await #expect(throws: ClusterScanError.self) {
                    for _ in 0..<100 {
                        let page = try await scanner.scan(cursor, options: large)
                        tally.add(page.keys)
                        cursor = page.cursor
                    }
                }
                #expect(error?.code == .permissionDenied)
                try await setUser("+@all")
                cursor = try #require(error?.cursor)
                while !cursor.isFinished {
                    let page = try await scanner.scan(cursor, options: large)
                    tally.add(page.keys)
                    cursor = page.cursor
                }
                #expect(tally.difference(from: Set(Self.names), allowingRepeats: true) == nil)
                await scanner.shutDown()
            }
        }

        @Test("a server that has no room for another client for a while is waited for")
        func crowded() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Self.names)
                let line = try cluster.connect(to: 1)
                try line.checked("CONFIG", "SET", "maxclients", 1)
                let scanner = cluster.scanner()
                let reading = Task { try await KeyTally(of: scanner.batches()) }
                try await Task.sleep(for: .seconds(1))
                try line.checked("CONFIG", "SET", "maxclients", 1000)
                #expect(try await reading.value.difference(from: Set(Self.names)) == nil)
                await scanner.shutDown()
            }
        }
    }
}
