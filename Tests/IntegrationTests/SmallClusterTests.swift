import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Clusters of the smallest kind")
    struct SmallClusterTests {
        @Test("an empty cluster has no keys, whichever of its nodes is the seed")
        func emptyCluster() async throws {
            var options = LocalCluster.Options()
            options.emptyPrimaries = 1
            try await LocalCluster.with(options) { cluster in
                for node in cluster.nodes {
                    let scanner = ClusterScanner(seeds: [node.nodeAddress])
                    for strategy in ScanStrategy.allCases {
                        let batches = scanner.batches(options: ScanOptions(strategy: strategy))
                        #expect(try await KeyTally(of: batches).names.isEmpty)
                        let report = try #require(await batches.report)
                        #expect(report.isComplete && report.keys == 0 && report.lanes == 3)
                    }
                    #expect(try await KeyTally(pagesOf: scanner).names.isEmpty)
                    await scanner.shutDown()
                }

                let names = ["one", "two", "three", "{one}more"].map { Array($0.utf8) }
                try await cluster.set(names)
                for node in cluster.nodes {
                    let scanner = ClusterScanner(seeds: [node.nodeAddress])
                    #expect(try await KeyTally(of: scanner.batches()).difference(from: Set(names)) == nil)
                }
                #expect(try await cluster.keyReads(at: 6).total == 0, "a primary without slots is not read")
            }
        }

        @Test("a standalone server is read as a cluster of one node, in the database asked for")
        func standalone() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                for strategy in ScanStrategy.allCases {
                    let batches = server.scanner().batches(options: ScanOptions(strategy: strategy))
                    #expect(try await KeyTally(of: batches).names.isEmpty)
                    #expect(await batches.report?.isComplete == true)
                }

                let sample = SampleKeys(count: 5_000)
                try await server.load(sample)
                let third = (0..<500).map { Array("of the third database: \($0)".utf8) }
                try await server.withConnection(to: 0) { connection in
                    try connection.checked("SELECT", 3)
                    for name in third { try connection.checked("SET", name, "a value") }
                }
                let names = [0: Set(sample.map(\.name)), 3: Set(third), 4: []]
                for (database, expected) in names {
                    let scanner = server.scanner(database: database)
                    for strategy in ScanStrategy.allCases {
                        let batches = scanner.batches(options: ScanOptions(strategy: strategy))
                        #expect(try await KeyTally(of: batches).difference(from: expected) == nil)
                    }
                    #expect(try await KeyTally(pagesOf: scanner).difference(from: expected) == nil)
                    let matching = expected.filter { $0.last == UInt8(ascii: "7") }
                    #expect(
                        try await KeyTally(of: scanner.batches(match: "*7")).difference(from: matching) == nil
                    )
                    let exact = try await KeyTally(of: scanner.batches(match: "of the third database: 42"))
                    #expect(exact.names.count == (database == 3 ? 1 : 0))
                    await scanner.shutDown()
                }

                let scanner = server.scanner(database: 3)
                let page = try await scanner.scan(.start, count: 10)
                let error = await #expect(throws: ClusterScanError.self) {
                    try await server.scanner(database: 4).scan(page.cursor)
                }
                #expect(error?.code == .invalidCursor, "a cursor belongs to its database")
                await scanner.shutDown()
            }
        }

        @Test("a database that the server does not have is refused clearly")
        func noSuchDatabase() async throws {
            let scanner = try await QuietCluster.cluster.scanner(database: 3)
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: scanner.batches())
            }
            #expect(error?.code == .invalidQuery)
            #expect(error?.address != nil)
            #expect(error?.message.contains("refused to select the database") == true)
        }
    }
}
