import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// That the generations are what the other suites take them for.
    @Suite("Server generations")
    struct GenerationTests {
        @Test("in CI none is left out")
        func complete() {
            let isCI = ProcessInfo.processInfo.environment["CI"]?.isEmpty == false
            #expect(!ServerGeneration.available.isEmpty)
            #expect(!isCI || ServerGeneration.available == ServerGeneration.allCases)
        }

        @Test(
            "a server has the version and the commands that its generation says",
            arguments: ServerGeneration.available
        )
        func capabilities(generation: ServerGeneration) async throws {
            var options = LocalCluster.Options(generation)
            options.primaries = 1
            options.replicasPerPrimary = 0
            if generation.hasDatabasesInClusters { options.configuration = ["cluster-databases 4"] }
            try await LocalCluster.with(options) { cluster in
                let info = try await cluster.command(0, "INFO", "server").text ?? ""
                let field = generation.isValkey ? "valkey_version" : "redis_version"
                let version = "\(generation.version.major).\(generation.version.minor)"
                #expect(info.contains("\(field):\(version)."), "\(info)")
                for (command, isThere) in [
                    ("PEXPIRETIME", generation.hasCommandsOfRedis7),
                    ("HPEXPIRE", generation.hasFieldExpiries),
                    ("VADD", generation.hasVectorSets), ("CLUSTER|MIGRATESLOTS", generation.movesSlotsAtOnce),
                    ("CLIENT|NO-TOUCH", generation.hasNoTouch),
                ] {
                    let known = try await cluster.command(0, "COMMAND", "INFO", command).array?.first?.array
                    // Before 7.0 servers tell nothing of subcommands.
                    #expect((known != nil) == isThere, "\(command)")
                }
                let selected = try await cluster.withConnection(to: 0) { try $0.call("SELECT", 1) }
                #expect((selected == .status("OK")) == generation.hasDatabasesInClusters, "\(selected)")
            }
        }

        @Test("the documentation names the versions that are tested")
        func documented() throws {
            let page = try String(
                contentsOf: Self.repository.appending(path: "Docs/Stability.md"),
                encoding: .utf8
            )
            let named = page.matches(of: /\*\*((?:Redis|Valkey) [0-9.]+)\*\*/).map { String($0.1) }
            #expect(named == ServerGeneration.allCases.map(\.description))
        }

        private static let repository = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }
}
