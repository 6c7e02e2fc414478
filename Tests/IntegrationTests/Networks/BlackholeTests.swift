import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// A node to which packets disappear, seen from another host.
    @Suite("A blackholed node")
    struct BlackholeTests {
        private static let sample = SampleKeys(count: 60_000, seed: 64)
        private static let names = Set(sample.map(\.name))

        private static func options() -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["bind 0.0.0.0", "protected-mode no"]
            return options
        }

        @Test("before connecting and in the middle: bounded, told with slots, and gone on with afterwards")
        func everything() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                try await cluster.load(Self.sample)
                try await LossyNetwork.with(cluster) { network in
                    let seeds = ["\(network.address(of: cluster.nodes[0]))"]
                    let map = network.options(for: cluster.nodes)
                    let whole = try await network.run(["keys"] + seeds + map)
                    #expect(whole.status == 0, "\(whole.messages)")
                    #expect(try whole.names.count == Self.names.count)
                    if case .namespaces = network { try await natted(cluster, network) }

                    let half = try await inTheMiddle(cluster, network, seeds + map)
                    try await before(cluster, network, seeds + map)
                    try await resumed(cluster, half)
                }
            }
        }

        /// Servers announce 127.0.0.1, as many do in containers, and the client is another host.
        private func natted(_ cluster: LocalCluster, _ network: LossyNetwork) async throws {
            let seed = "\(network.address(of: cluster.nodes[0]))"
            let result = try await network.run(["keys", seed, "--patience", "1s"])
            #expect(result.status == 69)
            for node in cluster.nodes {
                #expect(result.messages.contains("slots") && result.messages.contains(node.address))
            }
            #expect(result.messages.contains("--map"))
            let all = "*=\(network.address(of: cluster.nodes[0]).host)"
            let mapped = try await network.run(["keys", seed, "--map", all])
            #expect(try mapped.status == 0 && mapped.names.count == Self.names.count, "\(mapped.messages)")
        }

        /// An open connection over which nothing comes any more.
        private func inTheMiddle(
            _ cluster: LocalCluster,
            _ network: LossyNetwork,
            _ arguments: [String]
        ) async throws -> ToolProcess.Result {
            // Slow enough that the node disappears in the middle: 20,000 keys a node at 4,000 a second.
            let limits = [
                "--max-keys-per-second", "4k", "--command-timeout", "1s", "--connect-timeout", "1s",
            ]
            let started = ContinuousClock.now
            async let running = network.run(
                ["keys", "--patience", "3s"] + limits + arguments
            )
            try await cluster.wait("the tool is connected") {
                try await cluster.connections(named: "cluster-scan", at: 1) > 0
            }
            try await Task.sleep(for: .seconds(1))
            try await network.cut(cluster.nodes[1])
            let result = try await running
            let elapsed = ContinuousClock.now - started
            #expect(result.status == 69, "\(result.messages)")
            #expect(result.messages.contains(cluster.nodes[1].address))
            #expect(result.messages.contains("no reply within 1"), "\(result.messages)")
            #expect(result.messages.contains("could not be covered within 3"))
            // 1 s until the node disappears, 1 s for the command, 3 s of patience; the others take 5 s.
            #expect(elapsed < .seconds(15), "\(elapsed)")
            #expect(try result.names.count > Self.names.count / 2 && result.names.count < Self.names.count)
            return result
        }

        /// A node that is gone from the beginning.
        private func before(
            _ cluster: LocalCluster,
            _ network: LossyNetwork,
            _ arguments: [String]
        ) async throws {
            let limits = ["--command-timeout", "1s", "--connect-timeout", "500ms", "--patience", "2s"]
            let started = ContinuousClock.now
            let result = try await network.run(["keys"] + limits + arguments)
            #expect(ContinuousClock.now - started < .seconds(10))
            #expect(result.status == 69)
            #expect(result.messages.contains("no connection within 0.5"), "\(result.messages)")
            let place = "\(cluster.nodes[1].address) (as \(network.address(of: cluster.nodes[1])))"
            #expect(result.messages.contains(place), "\(result.messages)")
            // Of all other slots the keys are there.
            let owners = try await cluster.owners()
            let others = Self.names.filter { owners[KeySlot.of($0)] != 1 }
            #expect(try Set(result.names) == others)

            // As the only seed: after one time limit, not after patience.
            let seed = "\(network.address(of: cluster.nodes[1]))"
            let again = ContinuousClock.now
            let seeded = try await network.run(["keys", seed, "--connect-timeout", "500ms"])
            #expect(
                seeded.status == 69 && seeded.messages.contains("no connection within 0.5"),
                "\(seeded.messages)"
            )
            #expect(ContinuousClock.now - again < .seconds(4))
            // As one of two, it costs that time and no more.
            let both = try await network.run(["nodes", seed, "--connect-timeout", "500ms"] + arguments)
            #expect(both.status == 69, "\(both.messages)")
        }

        /// From the cursor that was told when the node had disappeared, by a client that reaches it.
        private func resumed(_ cluster: LocalCluster, _ half: ToolProcess.Result) async throws {
            let cursor = try #require(half.messages.firstMatch(of: /--cursor (\S+)/)?.1, "\(half.messages)")
            let rest = try await ToolProcess.run([
                "keys", cluster.nodes[1].address, "--cursor", String(cursor),
            ])
            #expect(rest.status == 0, "\(rest.messages)")
            #expect(try Set(half.names + rest.names) == Self.names)
            #expect(try rest.names.count < Self.names.count / 2, "what was written need not be read again")
        }
    }
}
