import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Unix sockets")
    struct UnixSocketTests {
        private static let sample = SampleKeys(count: 3_000, seed: 63)
        private static let names = Set(sample.map(\.name))

        private static func options() -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            // Relative to the folder of each node.
            options.configuration = ["unixsocket s", "unixsocketperm 700"]
            return options
        }

        @Test("a standalone server is read and written to through its socket")
        func standalone() async throws {
            var options = Self.options()
            options.isStandalone = true
            options.password = "secret"
            try await LocalCluster.with(options) { server in
                try await server.load(Self.sample)
                let path = "\(server.directory)/node-0/s"
                let scanner = ClusterScanner(
                    seeds: [NodeAddress(socketPath: path)],
                    connection: ConnectionConfiguration(password: "secret")
                )
                #expect(try await KeyTally(of: scanner.batches()).difference(from: Self.names) == nil)
                #expect(try await KeyTally(pagesOf: scanner).difference(from: Self.names) == nil)
                let set = [KeyCommand("SET", key: Array("k".utf8), [[0x76]], isRepeatable: true)]
                try await scanner.expectValues(set) { $0.string == "OK" }
                await scanner.shutDown()

                let auth = ["REDISCLI_AUTH": "secret"]
                for words in [["-s", path], ["unix://\(path)"], ["redis+unix://:secret@\(path)?db=0"]] {
                    let keys = try await ToolProcess.run(["keys"] + words, environment: auth)
                    #expect(keys.status == 0 && keys.lines.count == Self.names.count + 1, "\(keys.messages)")
                }
                let nodes = try await ToolProcess.run(["nodes", "-s", path], environment: auth)
                #expect(nodes.lines.contains { $0.contains("unix://\(path)") }, "\(nodes.lines)")
                // A cursor of the socket goes on over TCP: it is the same server.
                let first = try await ToolProcess.run(
                    ["keys", "-s", path, "--limit", "500", "--verbose"],
                    environment: auth
                )
                let cursor = try #require(first.messages.firstMatch(of: /--cursor (\S+)/)?.1)
                let rest = try await ToolProcess.run(
                    ["keys", server.nodes[0].address, "--cursor", String(cursor)],
                    environment: auth
                )
                #expect(rest.status == 0)
                #expect(Set(first.lines + rest.lines).count == Self.names.count + 1)
            }
        }

        @Test(
            "a socket that is not there, that nobody listens at, or whose path is too long is said to be so"
        )
        func trouble() async throws {
            for (path, word) in [
                ("/nonexistent/redis.sock", "there is no such socket"),
                ("/" + String(repeating: "x", count: 300), "longer than the system allows"),
            ] {
                let result = try await ToolProcess.run(["keys", "-s", path])
                #expect(result.status == 69)
                #expect(result.messages.contains(word), "\(result.messages)")
                #expect(result.messages.contains("unix://\(path)"))
            }
        }

        @Test("one node's socket leads to the whole cluster, and a map leads to all nodes through sockets")
        func cluster() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                try await cluster.load(Self.sample)
                let seed = NodeAddress(socketPath: "\(cluster.directory)/node-1/s")
                let scanner = ClusterScanner(seeds: [seed])
                #expect(try await KeyTally(of: scanner.batches()).difference(from: Self.names) == nil)
                await scanner.shutDown()

                let rules = cluster.nodes.map { node in
                    AddressMapRule(
                        from: node.nodeAddress,
                        to: NodeAddress(socketPath: "\(cluster.directory)/node-\(node.index)/s")
                    )
                }
                let connection = ConnectionConfiguration(
                    clientName: "only-sockets",
                    addressMap: AddressMap(rules)
                )
                let mapped = ClusterScanner(seeds: [seed], connection: connection)
                _ = try await mapped.keyCounts()
                for node in cluster.nodes {
                    let clients = try await cluster.command(node.index, "CLIENT", "LIST").text ?? ""
                    let ours = clients.split(separator: "\n").filter { $0.contains(" name=only-sockets ") }
                    #expect(!ours.isEmpty && ours.allSatisfy { $0.contains(" addr=s:0 ") }, "\(clients)")
                }
                #expect(try await KeyTally(pagesOf: mapped).difference(from: Self.names) == nil)
                await mapped.shutDown()
            }
        }
    }
}
