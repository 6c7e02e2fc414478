import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// Clusters that are out of order, and of which people want to have what is left.
    @Suite("Half-broken clusters")
    struct HalfBrokenClusterTests {
        @Test("a primary whose address is lost takes its own slots with it, and no others")
        func lostAddress() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(1)
            options.configuration = ["cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                let names = (0..<3000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                try await cluster.kill(2)
                // It comes back under another id, so that the others forget where the old one was.
                try FileManager.default.removeItem(atPath: "\(cluster.directory)/node-2/nodes.conf")
                try await cluster.restart(2)
                var attempts = 0
                while try await cluster.command(0, "CLUSTER", "NODES").text?.contains("noaddr") != true {
                    attempts += 1
                    try #require(attempts < 300, "the address is not lost")
                    try await Task.sleep(for: .milliseconds(100))
                }
                let left = Set(names.filter { KeySlot.of($0) < 10_923 })
                let seed = cluster.nodes[0].address

                let some = try await ToolProcess.run(
                    ["keys", seed, "--patience", "2s", "--allow-uncovered"]
                )
                #expect(some.status == 69)
                #expect(try Set(some.names) == left)
                #expect(some.messages.contains("has lost the address"), "\(some.messages)")

                let whole = try await ToolProcess.run(["keys", seed, "--patience", "2s"])
                #expect(whole.status == 69)
                #expect(whole.messages.contains("has lost the address"), "\(whole.messages)")

                let dump = "\(cluster.directory)/left.dump"
                let dumped = try await ToolProcess.run(
                    ["dump", seed, "--patience", "2s", "--allow-uncovered", "--output", dump]
                )
                #expect(dumped.status == 69)
                let checked = try await ToolProcess.run(["restore", "--dry-run", dump + ".partial"])
                #expect(
                    String(decoding: checked.output, as: UTF8.self).contains(
                        "\(left.count / 1000),\(left.count % 1000) keys"
                    )
                )

                let nodes = try await ToolProcess.run(["nodes", seed])
                #expect(nodes.status == 69)
                #expect(nodes.lines.contains { $0.hasPrefix("NOT FULLY COVERED") })
            }
        }

        @Test("a value that the server will not send is named, and its neighbours do not suffer")
        func outputLimit() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { cluster in
                let names = (0..<50).map { Array("small:\($0)".utf8) }
                try await cluster.set(names)
                // Servers compress what repeats itself before they send it.
                let noise = (0..<2 << 20).map { _ in UInt8.random(in: 0...255) }
                _ = try await cluster.command(0, "SET", "big", noise)
                _ = try await cluster.command(
                    0,
                    "CONFIG",
                    "SET",
                    "client-output-buffer-limit",
                    "normal 1mb 1mb 0"
                )
                let seed = cluster.nodes[0].address
                let clock = ContinuousClock()
                let began = clock.now
                let values = try await ToolProcess.run(["values", seed, "--patience", "20s"])
                #expect(values.status == 1, "\(values.messages)")
                #expect(values.lines.count { $0.contains("small:") } == 50)
                #expect(values.messages.contains("big") && values.messages.contains("output-buffer-limit"))

                let dump = "\(cluster.directory)/left.dump"
                let dumped = try await ToolProcess.run(
                    ["dump", seed, "--patience", "20s", "--output", dump]
                )
                #expect(dumped.status == 1, "\(dumped.messages)")
                #expect(dumped.messages.contains("big"))
                let checked = try await ToolProcess.run(["restore", "--dry-run", dump])
                #expect(String(decoding: checked.output, as: UTF8.self).contains("50 keys"))
                #expect(clock.now - began < .seconds(40))
            }
        }

        @Test("most primaries lost: what is left can be read, if one insists")
        func withoutMajority() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(1)
            try await LocalCluster.with(options) { cluster in
                let names = (0..<3000).map { Array("key:\($0)".utf8) }
                try await cluster.set(names)
                try await cluster.kill(1)
                try await cluster.kill(2)
                var attempts = 0
                while try await cluster.command(0, "CLUSTER", "INFO").text?.contains("state:fail") != true {
                    attempts += 1
                    try #require(attempts < 300, "the majority is not lost")
                    try await Task.sleep(for: .milliseconds(100))
                }
                let seed = cluster.nodes[0].address
                let command = ["keys", seed, "--patience", "2s"]
                let nothing = try await ToolProcess.run(command)
                #expect(nothing.status == 69 && nothing.output.isEmpty)
                #expect(
                    nothing.messages.contains("does not see most of the primaries"),
                    "\(nothing.messages)"
                )
                #expect(nothing.messages.contains("--without-majority"), "\(nothing.messages)")
                let rest = try await ToolProcess.run(command + ["--without-majority", "--allow-uncovered"])
                #expect(rest.status == 69)
                #expect(try Set(rest.names) == Set(names.filter { KeySlot.of($0) < 5461 }))
            }
        }

        @Test("nodes: an owner that does not answer is not taken for one that serves")
        func silentOwner() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 1
            options.nodeTimeout = .seconds(60)
            try await LocalCluster.with(options) { cluster in
                let seed = cluster.nodes[0].address
                let well = try await ToolProcess.run(["nodes", seed])
                #expect(well.status == 0)
                #expect(
                    well.lines.first?.contains("MEMORY") == true && well.lines.first?.contains("LAG") == true
                )
                try cluster.pause(1)
                let ill = try await ToolProcess.run(["nodes", seed, "--command-timeout", "1s"])
                try cluster.resume(1)
                #expect(ill.status == 69)
                #expect(ill.lines.last?.contains("(5461-10922) did not answer") == true, "\(ill.lines)")
            }
        }
    }
}
