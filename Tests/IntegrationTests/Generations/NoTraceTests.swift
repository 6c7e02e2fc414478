import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    /// What a cache evicts depends on when keys were last used: looking at them must not change that.
    @Suite("Leaving no trace")
    struct NoTraceTests {
        @Test(
            "after everything that only looks, keys are as idle as before",
            arguments: ServerGeneration.available(where: \.hasNoTouch)
        )
        func idleTimes(generation: ServerGeneration) async throws {
            var options = LocalCluster.Options(generation)
            options.isStandalone = true
            let tool = try TransferTool()
            try await LocalCluster.with(options) { server in
                try await LocalCluster.with(options) { other in
                    try await EveryTypeKeys.load(into: server, of: generation)
                    try await Self.makeIdle(server)
                    let (url, to) = (server.nodes[0].address, other.nodes[0].address)
                    for line in [
                        "keys \(url) --with type,ttl,memory,encoding,length", "values \(url)", "stats \(url)",
                        "dump \(url) -o all.dump", "copy \(url) --to \(to) --verify",
                        "copy \(url) --to \(to) --verify --largest-piece 1", "members set:long \(url)",
                        "members list:long \(url)", "split --parts 2 \(url)", "nodes \(url)",
                        "delete \(url) --all", "exec \(url) --match 'string' -- GET {}",
                    ] {
                        let outcome = try await tool.shell("exec $tool \(line)")
                        // Of vector sets 'values' has nothing but the name.
                        #expect(
                            outcome.status == 0 || line.hasPrefix("values"),
                            "\(line): \(outcome.messages)"
                        )
                        let used = try await Self.usedKeys(server)
                        #expect(used.isEmpty, "\(line): \(used.map { String(decoding: $0, as: UTF8.self) })")
                    }
                }
            }
        }

        /// Writes every key again with the idle time of a day.
        private static func makeIdle(_ server: LocalCluster) async throws {
            try await server.withConnection(to: 0) { connection in
                for name in try connection.checked("KEYS", "*").array?.compactMap(\.bytes) ?? [] {
                    let left = max(0, try connection.checked("PTTL", name).integer ?? 0)
                    let payload = try connection.checked("DUMP", name).bytes ?? []
                    try connection.checked("RESTORE", name, left, payload, "REPLACE", "IDLETIME", 86_400)
                }
            }
        }

        private static func usedKeys(_ server: LocalCluster) async throws -> [[UInt8]] {
            try await server.withConnection(to: 0) { connection in
                try (connection.checked("KEYS", "*").array?.compactMap(\.bytes) ?? []).filter {
                    try connection.checked("OBJECT", "IDLETIME", $0).integer ?? 0 < 80_000
                }
            }
        }
    }
}
