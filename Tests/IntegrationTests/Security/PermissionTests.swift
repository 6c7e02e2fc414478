import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// What `Docs/Security.md` says that users need is what they need.
    @Suite("Permissions as documented")
    struct PermissionTests {
        @Test("each command works as a user with exactly the documented permissions, and not with one less")
        func table() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await DumpFolder.with { folder in
                    try await load(cluster)
                    let dump = folder.path("all.dump")
                    let dumped = try await ToolProcess.run(
                        ["dump", cluster.nodes[0].address, "--output", dump]
                    )
                    try #require(dumped.status == 0, "\(dumped.messages)")
                    let rows = try DocumentedPermissions.rows()
                    for row in rows {
                        try await check(row, cluster, dump: dump)
                    }
                    #expect(rows.count == 12)
                }
            }
        }

        private func check(_ row: DocumentedPermissions, _ cluster: LocalCluster, dump: String) async throws {
            for command in row.commands {
                let lines = try #require(Self.lines(command, dump), "no run for \(command)")
                let whole = try await run(lines, cluster, row.rules + row.keys + row.betterWith)
                #expect(whole.status == 0, "\(command): \(whole.messages)")
                #expect(!whole.messages.contains("permission"), "\(command): \(whole.messages)")
                let bare = try await run(lines, cluster, row.rules + row.keys)
                #expect(bare.status == 0, "\(command), bare: \(bare.messages)")
                for missing in row.rules {
                    let less = try await run(lines, cluster, row.rules.filter { $0 != missing } + row.keys)
                    // Columns stay empty instead, with a warning.
                    let status: Int32 = command.contains("--with") ? 0 : 77
                    #expect(less.status == status, "\(command) without \(missing): \(less.messages)")
                    #expect(less.messages.contains("'\(missing.dropFirst())'"), "\(less.messages)")
                }
            }
        }

        /// Runs the lines of a command, as a user with these rules and those for reading names.
        private func run(
            _ lines: [[String]],
            _ cluster: LocalCluster,
            _ rules: [String]
        ) async throws -> (status: Int32, messages: String) {
            let user =
                try ["ACL", "SETUSER", "worker", "reset", "on", ">work"] + DocumentedPermissions.reading
            for node in cluster.nodes.indices {
                try await cluster.withConnection(to: node) { _ = try $0.checked(user + rules) }
            }
            try await refill(cluster)
            let environment = [
                "CLUSTER_SCAN_URL": cluster.nodes[0].address, "CLUSTER_SCAN_USER": "worker",
                "REDISCLI_AUTH": "work",
            ]
            var (status, messages): (Int32, String) = (0, "")
            for line in lines {
                let result = try await ToolProcess.run(line, environment: environment)
                status = max(status, result.status)
                messages += result.messages
            }
            return (status, messages)
        }

        /// How a command of the table is run so that it needs all that it may need.
        private static func lines(_ command: String, _ dump: String) -> [[String]]? {
            switch command {
            case "keys", "nodes", "stats", "values", "dump": [[command]]
            case "split": [["split", "--parts", "4"]]
            case "members": ["hash", "list", "set", "zset", "stream"].map { ["members", "big:\($0)"] }
            case "restore": [["restore", dump, "--replace"]]
            case "delete": [["delete", "--match", "string:*", "--yes"]]
            case "expire": [["expire", "--match", "string:*", "--ttl", "1h", "--yes"]]
            case "persist": [["persist", "--match", "string:*", "--yes"]]
            case "index": [["index", "--match", "hash:*", "--field", "f", "--into", "lookup", "--yes"]]
            case "exec -- STRLEN {}": [["exec", "--match", "string:*", "--", "STRLEN", "{}"]]
            case let line where line.hasPrefix("keys --with"): [line.split(separator: " ").map(String.init)]
            default: nil
            }
        }

        /// Keys that runs delete and change.
        private func refill(_ cluster: LocalCluster) async throws {
            var commands = (0..<20).map { Self.command("SET", "string:\($0)", ["value", "EX", "3600"]) }
            commands.append(Self.command("DEL", "lookup", []))
            try await write(commands, cluster)
        }

        /// A small and a large value of each type.
        private func load(_ cluster: LocalCluster) async throws {
            let long = (0..<9_000).map { "element number \($0)" }
            var commands: [KeyCommand] = []
            for number in 0..<20 {
                commands += [
                    Self.command("HSET", "hash:\(number)", ["f", "v\(number)"]),
                    Self.command("RPUSH", "list:\(number)", ["a"]),
                    Self.command("SADD", "set:\(number)", ["a"]),
                    Self.command("ZADD", "zset:\(number)", ["1", "a"]),
                    Self.command("XADD", "stream:\(number)", ["1-1", "f", "v"]),
                ]
            }
            commands += [
                Self.command("SET", "big:string", [String(repeating: "x", count: 300_000)]),
                Self.command("HSET", "big:hash", long.flatMap { [$0, $0] }),
                Self.command("RPUSH", "big:list", long), Self.command("SADD", "big:set", long),
                Self.command("ZADD", "big:zset", long.enumerated().flatMap { ["\($0)", $1] }),
            ]
            commands += (1..<5_000).map {
                Self.command("XADD", "big:stream", ["\($0)-1", "f", "value \($0)"])
            }
            try await write(commands, cluster)
            try await refill(cluster)
        }

        private static func command(_ name: String, _ key: String, _ arguments: [String]) -> KeyCommand {
            KeyCommand(name, key: key.utf8, arguments.map { Array($0.utf8) }, isRepeatable: true)
        }

        private func write(_ commands: [KeyCommand], _ cluster: LocalCluster) async throws {
            let scanner = cluster.scanner()
            for reply in try await scanner.send(commands) {
                if case .error(let error) = reply { throw TestClusterError(error.message) }
            }
            await scanner.shutDown()
        }
    }
}
