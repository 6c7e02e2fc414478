import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Several databases")
    struct DatabaseTests {
        private static let counts = [0: 30, 1: 20, 3: 10]
        private static let note = "other databases hold keys"

        private static func names(_ database: Int) -> Set<String> {
            Set((0..<(counts[database] ?? 0)).map { "db\(database):\($0)" })
        }

        /// A single server, and a cluster of a generation that has databases in clusters; `body` gets its
        /// options.
        private static func withServers(
            _ body: (LocalCluster, LocalCluster.Options) async throws -> Void
        ) async throws {
            var single = LocalCluster.Options()
            single.isStandalone = true
            try await withKeys(single, body)
            for generation in ServerGeneration.available(where: \.hasDatabasesInClusters) {
                var cluster = LocalCluster.Options(generation)
                cluster.replicasPerPrimary = 0
                cluster.configuration = ["cluster-databases 4"]
                try await withKeys(cluster, body)
            }
        }

        private static func withKeys(
            _ options: LocalCluster.Options,
            _ body: (LocalCluster, LocalCluster.Options) async throws -> Void
        ) async throws {
            try await LocalCluster.with(options) { cluster in
                for database in counts.keys {
                    let scanner = cluster.scanner(database: database)
                    let commands = names(database).map { name in
                        KeyCommand("SET", key: name.utf8, [Array("in \(database)".utf8)], isRepeatable: true)
                    }
                    for reply in try await scanner.send(commands) {
                        guard case .value = reply else { throw TestClusterError("\(reply)") }
                    }
                    await scanner.shutDown()
                }
                try await body(cluster, options)
            }
        }

        @Test("keys of databases that no URL names are mentioned by what reads all keys, and only then")
        func mentioned() async throws {
            try await Self.withServers { cluster, _ in
                let (url, tool) = (cluster.nodes[0].address, try TransferTool())
                for line in [
                    "keys \(url)", "values \(url)", "stats \(url)", "dump \(url)",
                    "delete \(url) --match 'db0:*'",
                    "exec \(url) -- TTL {}",
                ] {
                    let silent = try await tool.shell(
                        "exec $tool \(line.replacing(url, with: url + "/0")) > out"
                    )
                    #expect(silent.status == 0 && !silent.messages.contains(Self.note), "\(silent.messages)")
                    let outcome = try await tool.shell("exec $tool \(line) > out")
                    #expect(outcome.status == 0, "\(outcome.messages)")
                    #expect(outcome.messages.contains("\(Self.note), which are not looked at here"))
                    #expect(outcome.messages.contains("(db1: 20 keys, db3: 10 keys)"), "\(outcome.messages)")
                }
                let nodes = try await ToolProcess.run(["nodes", url])
                #expect(nodes.text.contains("Keys by database: db0 30, db1 20, db3 10\n"), "\(nodes.text)")
                let json = try await ToolProcess.run(["nodes", url, "--format", "json"])
                let counts = try WorkProcess.json(json.text)["keys_by_database"] as? [String: Int]
                #expect(counts == ["0": 30, "1": 20, "3": 10])
            }
        }

        @Test("--db takes one database as a URL does, or all of them")
        func chosen() async throws {
            try await Self.withServers { cluster, _ in
                let url = cluster.nodes[0].address
                for arguments in [
                    ["keys", url, "--db", "3"], ["keys", url + "/3"], ["keys", url + "/3", "--db", "3"],
                ] {
                    let result = try await ToolProcess.run(arguments)
                    #expect(result.status == 0 && Set(result.lines) == Self.names(3), "\(result.messages)")
                }
                for arguments in [
                    ["keys", url + "/1", "--db", "3"], ["keys", url + "/1", "--db", "all"],
                    ["delete", url, "--db", "all", "--match", "*"], ["dump", url, "--db", "all"],
                    ["keys", url, "--db", "all", "--format", "nul"], ["keys", url, "--db", "-1"],
                ] {
                    #expect(try await ToolProcess.run(arguments).status == 64, "\(arguments)")
                }
                let all = try await ToolProcess.run(["keys", url, "--db", "all", "--with", "type"])
                #expect(all.status == 0, "\(all.messages)")
                let expected = Self.counts.keys.flatMap { number in
                    Self.names(number).map { "\($0)\t\(number)\tstring" }
                }
                #expect(all.lines.count == expected.count && Set(all.lines) == Set(expected))
                let stats = try await ToolProcess.run(["stats", url, "--db", "all"])
                #expect(stats.status == 0)
                for database in Self.counts.keys {
                    #expect(stats.text.contains("db\(database)"), "\(stats.text)")
                }
            }
        }

        @Test("dumps and copies of all databases bring every key to the database that it was in")
        func everywhere() async throws {
            try await Self.withServers { cluster, options in
                var single = LocalCluster.Options()
                single.servers = options.servers
                single.isStandalone = true
                try await LocalCluster.with(single) { other in
                    let (url, to, tool) = (
                        cluster.nodes[0].address, other.nodes[0].address, try TransferTool()
                    )
                    let restore = [0, 1, 3].map { "$tool restore all.dump.db\($0) \(to)" }.joined(
                        separator: " && "
                    )
                    for line in [
                        "$tool dump \(url) --db all --output all.dump && \(restore)",
                        "$tool copy \(url) --to \(to) --db all --verify --checkpoint all.mark",
                    ] {
                        try await other.command(0, "FLUSHALL")
                        let outcome = try await tool.shell(line)
                        #expect(outcome.status == 0, "\(outcome.messages)")
                        try await Self.expectAll(at: other)
                    }
                    let elsewhere = try await tool.shell("$tool restore all.dump.db3 \(to) --db 5")
                    #expect(elsewhere.status == 0, "\(elsewhere.messages)")
                    let names = try await ToolProcess.run(["keys", to, "--db", "5"])
                    #expect(Set(names.lines) == Self.names(3))
                }
            }
        }

        private static func expectAll(at server: LocalCluster) async throws {
            for (database, count) in counts {
                let values = try await server.withConnection(to: 0) { connection in
                    try connection.checked("SELECT", database)
                    let names = try connection.checked("KEYS", "*").array?.compactMap(\.bytes) ?? []
                    return try names.map {
                        "\(String(decoding: $0, as: UTF8.self)) \(try connection.checked("GET", $0).text ?? "")"
                    }
                }
                #expect(Set(values) == Set(names(database).map { "\($0) in \(database)" }))
                #expect(values.count == count)
            }
        }
    }
}
