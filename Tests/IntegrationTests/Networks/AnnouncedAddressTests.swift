import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// What NAT, containers and tunnels do to a cluster, with real servers: they announce names that mean
    /// nothing here (`cluster-announce-hostname`), and are reached at other addresses.
    @Suite("Announced addresses")
    struct AnnouncedAddressTests {
        private static let sample = SampleKeys(count: 6_000, seed: 61)
        private static let names = Set(sample.map(\.name))

        private static func with(_ body: (LocalCluster) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.emptyPrimaries = 1
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(sample)
                try await body(cluster)
            }
        }

        /// Has every node announce a name, and waits until all nodes say so.
        private static func announce(_ name: (Int) -> String, in cluster: LocalCluster) async throws {
            for node in cluster.nodes.indices {
                try await cluster.command(
                    node,
                    "CONFIG",
                    "SET",
                    "cluster-announce-hostname",
                    name(node),
                    "cluster-preferred-endpoint-type",
                    "hostname"
                )
            }
            try await waitForEndpoints(in: cluster) { $0 == name($1) }
        }

        private static func waitForEndpoints(
            in cluster: LocalCluster,
            _ isRight: (String?, Int) -> Bool
        ) async throws {
            for node in cluster.nodes.indices {
                try await cluster.wait("node \(node) hears of the endpoints") {
                    let ranges = try await cluster.command(node, "CLUSTER", "SLOTS").array ?? []
                    return !ranges.isEmpty
                        && ranges.allSatisfy { range in
                            guard let fields = range.array?[2].array, let port = fields[1].integer,
                                let index = cluster.nodes.firstIndex(where: { $0.port == port })
                            else { return false }
                            return isRight(fields[0].text, index)
                        }
                }
            }
        }

        @Test("names that mean nothing here are told as such, and with a map everything works as without")
        func mapped() async throws {
            try await Self.with { cluster in
                let before = try await cluster.scanner().scan(.start, count: 500)
                try await Self.announce({ "node-\($0).invalid" }, in: cluster)
                try await diagnosed(cluster)

                let rules = cluster.nodes.map {
                    AddressMapRule(
                        from: NodeAddress(host: "node-\($0.index).invalid", port: $0.port),
                        to: $0.nodeAddress
                    )
                }
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(addressMap: AddressMap(rules))
                )
                for strategy in [ScanStrategy.scan, .slots] {
                    let batches = scanner.batches(options: ScanOptions(strategy: strategy))
                    #expect(try await KeyTally(of: batches).difference(from: Self.names) == nil)
                }
                #expect(try await KeyTally(pagesOf: scanner).difference(from: Self.names) == nil)
                // Topologies and overviews keep the announced addresses.
                let topology = try await scanner.topology()
                #expect(
                    Set(topology.shards.map(\.primary.address.host))
                        == Set((0..<3).map { "node-\($0).invalid" })
                )
                let nodes = try await scanner.nodes()
                #expect(nodes.allSatisfy { $0.keys != nil })

                // A cursor from before the addresses changed goes on where it stood.
                var tally = KeyTally()
                tally.add(before.keys)
                for try await batch in scanner.batches(from: before.cursor) { tally.add(batch.keys) }
                #expect(tally.difference(from: Self.names) == nil)

                try await redirected(cluster, scanner)
                await scanner.shutDown()
                try await asATool(cluster, rules)
            }
        }

        /// Without a map: at once as an event, and in the end as an error that says what to do.
        private func diagnosed(_ cluster: LocalCluster) async throws {
            let url = cluster.nodes[0].address
            let result = try await ToolProcess.run(["keys", url, "--patience", "2s"])
            #expect(result.status == 69)
            #expect(result.output.isEmpty)
            #expect(result.messages.contains("cannot be reached from here"), "\(result.messages)")
            for node in cluster.nodes.prefix(3) {
                #expect(result.messages.contains("node-\(node.index).invalid:\(node.port)"))
            }
            #expect(result.messages.contains("--map 172.18.0.2:6379=127.0.0.1:7001"))
            #expect(result.messages.contains("trying on"), "told before patience ends")

            let nodes = try await ToolProcess.run(["nodes", url])
            #expect(nodes.status == 69)
            #expect(nodes.messages.contains("--map"), "\(nodes.messages)")
        }

        /// MOVED and ASK name announced addresses too.
        private func redirected(_ cluster: LocalCluster, _ scanner: ClusterScanner) async throws {
            let key = Array("{moving}:1".utf8)
            let slot = KeySlot.of(key)
            let set = [KeyCommand("SET", key: key, [key], isRepeatable: true)]
            let get = [KeyCommand("GET", key: key, isRepeatable: true)]
            try await scanner.expectValues(set) { $0.string == "OK" }
            let move = SlotMove(slot: slot, source: try await cluster.owners()[slot], destination: 3)
            try await cluster.begin(move)
            try await cluster.moveKeys(move)
            // ASK: the scanner has never met the destination, which serves no slots yet.
            try await scanner.expectValues(get) { $0.bytes == key }
            try await cluster.end(move)
            // MOVED.
            try await scanner.expectValues(get) { $0.bytes == key }
            let names = Self.names.union([key])
            try await cluster.waitUntilAgreed()
            let batches = scanner.batches(options: ScanOptions(strategy: .scan))
            #expect(try await KeyTally(of: batches).difference(from: names) == nil)
        }

        private func asATool(_ cluster: LocalCluster, _ rules: [AddressMapRule]) async throws {
            let url = cluster.nodes[0].address
            let options = rules.flatMap { ["--map", "\($0)"] }
            let count = Self.names.count + 1
            let mapped = try await ToolProcess.run(["keys", url] + options)
            #expect(mapped.status == 0, "\(mapped.messages)")
            #expect(mapped.lines.count == count)
            let everywhere = try await ToolProcess.run(["keys", url, "--map", "*=127.0.0.1"])
            #expect(everywhere.status == 0 && everywhere.lines.count == count, "\(everywhere.messages)")
            let ambient = try await ToolProcess.run(
                ["keys", url],
                environment: ["CLUSTER_SCAN_MAP": "*=127.0.0.1"]
            )
            #expect(ambient.status == 0 && ambient.lines.count == count, "\(ambient.messages)")
            // A cursor of the mapped process goes on in one that is mapped in another way.
            let first = try await ToolProcess.run(["keys", url, "--limit", "1000", "--verbose"] + options)
            #expect(first.status == 0 && first.lines.count <= 1000)
            let cursor = try #require(first.messages.firstMatch(of: /--cursor (\S+)/)?.1)
            let rest = try await ToolProcess.run(
                ["keys", url, "--map", "*=127.0.0.1", "--cursor", String(cursor)]
            )
            #expect(rest.status == 0, "\(rest.messages)")
            #expect(Set(first.lines + rest.lines).count == count)

            // One that leads nowhere tells both addresses.
            let others = rules.enumerated().filter { $0.offset != 1 }.flatMap { ["--map", "\($0.element)"] }
            let nowhere = ["--map", "node-1.invalid=127.0.0.1:1"]
            let wrong = try await ToolProcess.run(["keys", url, "--patience", "1s"] + others + nowhere)
            let place = "node-1.invalid:\(cluster.nodes[1].port) (as 127.0.0.1:1): connection refused"
            #expect(wrong.status == 69 && wrong.messages.contains(place), "\(wrong.messages)")
        }

        @Test("hostnames that do mean something are used, and so is an endpoint that the cluster leaves open")
        func hostnames() async throws {
            try await Self.with { cluster in
                try await Self.announce({ _ in "localhost" }, in: cluster)
                let scanner = cluster.scanner()
                #expect(
                    try await scanner.topology().shards.allSatisfy { $0.primary.address.host == "localhost" }
                )
                #expect(try await KeyTally(of: scanner.batches()).difference(from: Self.names) == nil)
                try await redirected(cluster, scanner)
                let names = Self.names.union([Array("{moving}:1".utf8)])

                for node in cluster.nodes.indices {
                    try await cluster.command(
                        node,
                        "CONFIG",
                        "SET",
                        "cluster-preferred-endpoint-type",
                        "unknown-endpoint"
                    )
                }
                try await Self.waitForEndpoints(in: cluster) { endpoint, _ in endpoint == nil }
                let other = cluster.scanner()
                #expect(
                    try await other.topology().shards.allSatisfy { $0.primary.address.host == "127.0.0.1" }
                )
                #expect(try await KeyTally(of: other.batches()).difference(from: names) == nil)
                // MOVED names no host either.
                let get = [KeyCommand("GET", key: Array("{moving}:1".utf8), isRepeatable: true)]
                try await other.expectValues(get) { $0.bytes == Array("{moving}:1".utf8) }
                await scanner.shutDown()
                await other.shutDown()

                // A server that shall announce a hostname and has none.
                for node in cluster.nodes.indices {
                    try await cluster.command(
                        node,
                        "CONFIG",
                        "SET",
                        "cluster-announce-hostname",
                        "",
                        "cluster-preferred-endpoint-type",
                        "hostname"
                    )
                }
                try await Self.waitForEndpoints(in: cluster) { endpoint, _ in endpoint == "?" }
                let error = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(of: cluster.scanner().batches())
                }
                #expect(
                    error?.message.contains("cluster-announce-hostname") == true,
                    "\(String(describing: error))"
                )
            }
        }
    }
}
