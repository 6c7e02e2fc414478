import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// Commands that were renamed or taken away, and commands that a user may not run.
    @Suite("Missing commands")
    struct MissingCommandTests {
        /// What the tool does, and which of the missing commands it cannot do without. It does without all
        /// others.
        private static let lines: [(line: [String], needs: Set<String>)] = [
            (["keys"], ["INFO", "SCAN"]),
            (["keys", "--with", "type,ttl,length,memory,encoding,idle"], ["INFO", "SCAN"]),
            (["nodes"], []), (["split", "--parts", "4"], []),
            (["stats"], ["INFO", "SCAN", "TYPE", "PTTL"]), (["values"], ["INFO", "SCAN", "TYPE", "PTTL"]),
            (["dump"], ["INFO", "SCAN", "DUMP", "MULTI"]), (["members", "hash:1"], ["INFO", "TYPE"]),
            (["delete", "--match", "string:*", "--yes"], ["INFO", "SCAN", "UNLINK"]),
            (["expire", "--match", "string:*", "--ttl", "1h", "--yes"], ["INFO", "SCAN"]),
            (["persist", "--match", "hash:*", "--yes"], ["INFO", "SCAN"]),
            (["exec", "--match", "string:*", "--", "STRLEN", "{}"], ["INFO", "SCAN", "COMMAND"]),
            (["index", "--match", "hash:*", "--field", "f", "--into", "lookup", "--yes"], ["INFO", "SCAN"]),
        ]

        private static let missing = [
            "INFO", "CONFIG", "CLIENT", "MEMORY", "OBJECT", "DBSIZE", "COMMAND", "CLUSTER", "SCAN", "TYPE",
            "PTTL", "UNLINK", "DUMP", "MULTI",
        ]

        @Test(
            "a command works without what is missing, or names it once, with the right reason",
            arguments: missing
        )
        func table(command: String) async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            // Unknown to one server, refused to a user of the other.
            try await LocalCluster.with(options) { server in
                let rules = ["ACL", "SETUSER", "t", "on", ">p", "~*", "+@all", "-" + command.lowercased()]
                try await server.withConnection(to: 0) { _ = try $0.checked(rules) }
                let words = "no permissions to run the '\(command.lowercased())"
                try await check(server, "redis://t:p@\(server.nodes[0].address)", lacking: command, words)
            }
            // `local-cluster.sh` knows its servers by INFO; ManagedServiceTests play one without it.
            guard command != "INFO" else { return }
            options.configuration = ["rename-command \(command) \"\""]
            try await LocalCluster.with(options) { server in
                let words = "unknown command '\(command)'"
                try await check(server, server.nodes[0].address, lacking: command, words)
            }
        }

        private func check(
            _ server: LocalCluster,
            _ url: String,
            lacking command: String,
            _ words: String
        ) async throws {
            for (line, needs) in Self.lines {
                try await fill(server)
                let end = line.firstIndex(of: "--") ?? line.endIndex
                let arguments = line[..<end] + [url] + line[end...]
                let result = try await ToolProcess.run(Array(arguments))
                let shown = "\(line) without \(command): \(result.status) \(result.messages)"
                #expect(!result.messages.contains("host and port"), "\(shown)")
                // Where there is no UNLINK, DEL does the same.
                let isReplaced = command == "UNLINK" && words.hasPrefix("unknown")
                if needs.contains(command), !isReplaced {
                    #expect(result.status == 77, "\(shown)")
                    #expect(result.messages.contains(words), "\(shown)")
                    #expect(result.messages.components(separatedBy: words).count == 2, "once: \(shown)")
                } else {
                    #expect(result.status == 0, "\(shown)")
                }
            }
        }

        /// The same keys as before.
        private func fill(_ server: LocalCluster) async throws {
            try await server.withConnection(to: 0) { connection in
                for number in 0..<20 {
                    _ = try connection.checked(["SET", "string:\(number)", "v", "EX", 3600])
                    _ = try connection.checked(["HSET", "hash:\(number)", "f", "v\(number)"])
                }
            }
        }
    }
}
