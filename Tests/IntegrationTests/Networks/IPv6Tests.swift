import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("IPv6")
    struct IPv6Tests {
        @Test("a cluster on ::1 is found, read, written to and shown, through redirections and migrations")
        func everything() async throws {
            var options = LocalCluster.Options()
            options.host = "::1"
            options.emptyPrimaries = 1
            let sample = SampleKeys(count: 6_000, seed: 62)
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(sample)
                try await cluster.waitForReplicas()
                let key = Array("{moving}:1".utf8)
                let names = Set(sample.map(\.name)).union([key])
                let scanner = cluster.scanner()
                let topology = try await scanner.topology()
                #expect(topology.shards.allSatisfy { $0.primary.address.host == "::1" })

                // MOVED 123 ::1:7001, ASK, and CLUSTER NODES with ::1:7001@17001.
                let set = [KeyCommand("SET", key: key, [key], isRepeatable: true)]
                let get = [KeyCommand("GET", key: key, isRepeatable: true)]
                try await scanner.expectValues(set) { $0.string == "OK" }
                let slot = KeySlot.of(key)
                let move = SlotMove(slot: slot, source: try await cluster.owners()[slot], destination: 6)
                try await cluster.begin(move)
                for strategy in [ScanStrategy.scan, .slots] {
                    let batches = scanner.batches(options: ScanOptions(strategy: strategy))
                    #expect(
                        try await KeyTally(of: batches).difference(from: names, allowingRepeats: true) == nil
                    )
                }
                try await cluster.moveKeys(move)
                try await scanner.expectValues(get) { $0.bytes == key }
                try await cluster.end(move)
                try await scanner.expectValues(get) { $0.bytes == key }
                try await cluster.waitUntilAgreed()
                var replicas = ScanOptions()
                replicas.readPreference = .preferReplicas
                #expect(
                    try await KeyTally(of: scanner.batches(options: replicas))
                        .difference(from: names, allowingRepeats: true) == nil
                )
                await scanner.shutDown()

                for url in [cluster.nodes[0].address, "redis://[::1]:\(cluster.nodes[1].port)"] {
                    let keys = try await ToolProcess.run(["keys", url])
                    #expect(keys.status == 0 && keys.lines.count == names.count, "\(keys.messages)")
                }
                let nodes = try await ToolProcess.run(["nodes", cluster.nodes[0].address])
                #expect(nodes.status == 0)
                for node in cluster.nodes {
                    #expect(nodes.messages.isEmpty && nodes.lines.contains { $0.contains(node.address) })
                }
                let elsewhere = try await ToolProcess.run(["keys", "[::1]:1"])
                #expect(elsewhere.status == 69 && elsewhere.messages.contains("[::1]:1: connection refused"))
            }
        }
    }
}
