import ClusterScan
import ClusterScanOperations
import TestCluster
import Testing

extension IntegrationTests {
    /// A server that takes no writes refuses no key: what it would not take is done once it does.
    @Suite("Servers that take no writes")
    struct RefusedWriteTests {
        private static func options(_ configuration: String...) -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = configuration
            return options
        }

        private static let impatient = CommandOptions(patience: .milliseconds(1_200))
        private static let full = options("maxmemory 6mb", "maxmemory-policy noeviction")

        private static let keyCount = 12_000
        private static let names = (0..<keyCount).map { Array("k\($0)".utf8) }

        private static func fill(_ server: LocalCluster) async throws {
            try await server.run(
                (0..<keyCount).map { ["SET", "k\($0)", [UInt8](repeating: UInt8($0 % 256), count: 700)] }
            )
        }

        private static func expectRefusal(_ report: WorkReport) throws {
            guard case .failed(let error as ClusterScanError) = report.ending else {
                throw TestClusterError("it ended with \(report.ending)")
            }
            #expect(error.code == .writesRefused, "\(error)")
            #expect(report.tally.refused.isEmpty, "no key is refused")
        }

        /// Waits until a server has refused writes with this word.
        private static func wait(for code: String, at server: LocalCluster) async throws {
            try await server.wait("\(code) is answered") {
                try await (server.command(0, "INFO", "errorstats").text ?? "").contains("errorstat_\(code)")
            }
        }

        @Test(
            "a copy to a server without memory stops before the keys that it refused, and goes on from there"
        )
        func memory() async throws {
            try await LocalCluster.with(Self.options()) { source in
                try await Self.fill(source)
                try await LocalCluster.with(Self.full) { destination in
                    let (from, to) = (source.scanner(), destination.scanner())
                    let copier = try await KeyCopier(
                        from: from,
                        to: to,
                        options: CopyOptions(commands: Self.impatient)
                    )
                    let first = await copier.copyAll()
                    try Self.expectRefusal(first)
                    try await destination.command(0, "CONFIG", "SET", "maxmemory", "0")
                    let second = await copier.copyAll(from: first.cursor)
                    #expect(second.trouble == nil)
                    #expect(try await destination.contents() == source.contents())
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        @Test("memory that comes back in time costs nothing but the time")
        func patience() async throws {
            try await LocalCluster.with(Self.options()) { source in
                try await Self.fill(source)
                try await LocalCluster.with(Self.full) { destination in
                    let (from, to) = (source.scanner(), destination.scanner())
                    let mending = Task {
                        try await Self.wait(for: "OOM", at: destination)
                        try await destination.command(0, "CONFIG", "SET", "maxmemory", "0")
                    }
                    let report = try await KeyCopier(from: from, to: to).copyAll()
                    try await mending.value
                    #expect(report.trouble == nil && report.tally.done == UInt64(Self.keyCount))
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        @Test("a restore stops as well, and says how much is there")
        func restore() async throws {
            let tool = try TransferTool()
            try await LocalCluster.with(Self.options()) { source in
                try await Self.fill(source)
                try await LocalCluster.with(Self.full) { destination in
                    let (from, to) = (source.nodes[0].address, destination.nodes[0].address)
                    let restored = try await tool.shell(
                        "$tool dump \(from) -o d && $tool restore d \(to) --patience 1s"
                    )
                    #expect(
                        restored.status == 69 && restored.messages.contains("OOM"),
                        "\(restored.messages)"
                    )
                    try await destination.command(0, "CONFIG", "SET", "maxmemory", "0")
                    let again = try await tool.shell("$tool restore d \(to) --replace")
                    #expect(again.status == 0, "\(again.messages)")
                    #expect(try await destination.contents() == source.contents())
                }
            }
        }

        @Test("changes stop where replicas are missing, and change every key once those are back")
        func replicas() async throws {
            try await LocalCluster.with(Self.options()) { server in
                try await server.set(Self.names)
                let scanner = server.scanner()
                let options = WorkOptions(commands: Self.impatient)
                func setReplicas(_ count: String) async throws {
                    try await server.command(0, "CONFIG", "SET", "min-replicas-to-write", count)
                }
                let expiry = KeyChange.expire(KeyExpiry(.after(.seconds(10_000))))
                for change in [expiry, .persist, .delete] {
                    try await setReplicas("1")
                    let refused = await scanner.apply(change, match: "k*", type: nil, options: options)
                    try Self.expectRefusal(refused)
                    #expect(refused.tally.done == 0)
                    let mending = Task {
                        try await Self.wait(for: "NOREPLICAS", at: server)
                        try await setReplicas("0")
                    }
                    let report = await scanner.apply(change, match: "k*", type: nil, from: refused.cursor)
                    try await mending.value
                    #expect(report.trouble == nil && report.tally.done == UInt64(Self.keyCount), "\(change)")
                }
                #expect(try await server.keyCount() == 0)
                await scanner.shutDown()
            }
        }

        @Test("a command of 'exec' that writes is refused to no key: it is run once for each, in the end")
        func execution() async throws {
            try await LocalCluster.with(Self.options()) { server in
                try await server.set(Self.names)
                let scanner = server.scanner()
                try await server.command(0, "CONFIG", "SET", "min-replicas-to-write", "1")
                let mending = Task {
                    try await Self.wait(for: "NOREPLICAS", at: server)
                    try await server.command(0, "CONFIG", "SET", "min-replicas-to-write", "0")
                }
                let template = try CommandTemplate(["APPEND", "{}", "+"].map { Array($0.utf8) })
                let report = await scanner.execute(template, isRepeatable: false, match: "k*", type: nil) {
                    _ in
                }
                try await mending.value
                #expect(report.trouble == nil && report.tally.done == UInt64(Self.keyCount))
                for name in [Self.names[0], Self.names[Self.keyCount - 1]] {
                    #expect(try await server.ask("GET", name).text == "a value+")
                }
                await scanner.shutDown()
            }
        }
    }
}
