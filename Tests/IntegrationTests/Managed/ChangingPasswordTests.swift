import ClusterScan
import Foundation
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    /// Users and passwords as providers and secrets have them.
    @Suite("Passwords of services")
    struct ChangingPasswordTests {
        private static let names = Set((0..<3_000).map { Array("key:\($0)".utf8) })

        @Test("a user that is only a placeholder, and servers without users")
        func placeholders() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.password = "test"
            try await LocalCluster.with(options) { server in
                try await server.set(Array(Self.names))
                let address = server.nodes[0].address
                let known = try await ToolProcess.run(["keys", "redis://default:test@\(address)"])
                #expect(try known.status == 0 && Set(known.names) == Self.names, "\(known.messages)")
                let placeholder = try await ToolProcess.run(["keys", "redis://h:test@\(address)"])
                #expect(placeholder.status == 77, "\(placeholder.messages)")
                #expect(placeholder.messages.contains("the user 'h'"), "\(placeholder.messages)")
                #expect(
                    placeholder.messages.contains("redis://:PASSWORD@host:port"),
                    "\(placeholder.messages)"
                )
            }
            let authenticated = Mutex(false)
            try await HostileServer.with { command, _ in
                switch command {
                case "AUTH TEST":
                    authenticated.withLock { $0 = true }
                    return .say("+OK\r\n")
                case let other where other.hasPrefix("AUTH"):
                    return .say("-ERR wrong number of arguments for 'auth' command\r\n")
                default:
                    return authenticated.withLock { $0 } ? nil : .say("-NOAUTH Authentication required.\r\n")
                }
            } _: { server in
                for user in ["default", "h"] {
                    authenticated.withLock { $0 = false }
                    let url = "redis://\(user):test@\(server.url)"
                    let result = try await ToolProcess.run(["keys", "--strategy", "scan", url])
                    #expect(result.status == 0 && result.lines.count == 2, "\(user): \(result.messages)")
                }
            }
        }

        @Test("a line end is no part of a password, wherever that comes from", arguments: ["\n", "\r\n"])
        func lineEnds(end: String) async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.password = "test"
            try await LocalCluster.with(options) { server in
                try await LocalCluster.with(options) { other in
                    try await DumpFolder.with { folder in
                        try await server.set(Array(Self.names))
                        try folder.write(Array(("test" + end).utf8), to: "secret")
                        let (here, there) = (server.nodes[0].address, other.nodes[0].address)
                        func expectGood(_ arguments: [String], _ variables: [String: String]) async throws {
                            let result = try await ToolProcess.run(arguments, environment: variables)
                            #expect(result.status == 0, "\(arguments): \(result.messages)")
                        }
                        try await expectGood(["keys", here], ["REDISCLI_AUTH": "test" + end])
                        try await expectGood(["keys", here, "--password-file", folder.path("secret")], [:])
                        try await expectGood(
                            ["copy", here, "--to", there],
                            ["REDISCLI_AUTH": "test" + end, "CLUSTER_SCAN_TO_PASSWORD": "test" + end]
                        )
                        let file = ["--password-file", folder.path("secret")]
                        let toFile = ["--to-password-file", folder.path("secret")]
                        try await expectGood(["copy", here, "--to", there, "--verify"] + file + toFile, [:])
                        #expect(try await other.keyCount() == Self.names.count)
                        // Which side refuses is said, and what is set for that side.
                        let wrong = try await ToolProcess.run(
                            ["copy", here, "--to", there] + file,
                            environment: ["CLUSTER_SCAN_TO_PASSWORD": "wrong"]
                        )
                        #expect(wrong.status == 77, "\(wrong.messages)")
                        #expect(wrong.messages.contains("destination \(there)"), "\(wrong.messages)")
                        #expect(wrong.messages.contains("CLUSTER_SCAN_TO_PASSWORD"), "\(wrong.messages)")
                    }
                }
            }
        }

        @Test("a command that prints the password is run again when a server refuses a new connection")
        func command() async throws {
            try await Self.withUser { cluster in
                try await DumpFolder.with { folder in
                    try folder.write(Array("one\n".utf8), to: "token")
                    let profile = """
                        [p]
                        url = \(cluster.nodes[0].address)
                        user = iam
                        password-command = cat \(folder.path("token"))
                        """
                    try folder.write(Array(profile.utf8), to: "config")
                    let ways = [
                        ["--config", folder.path("config"), "--profile", "p"],
                        [cluster.nodes[0].address, "--user", "iam", "--password-file", folder.path("token")],
                    ]
                    for (way, token) in zip(ways, ["two", "three"]) {
                        for node in cluster.nodes.indices {
                            try await cluster.command(node, "CONFIG", "RESETSTAT")
                        }
                        async let running = ToolProcess.run(
                            ["keys", "--strategy", "scan", "--max-keys-per-second", "1000", "--count", "100"]
                                + way
                        )
                        try await cluster.wait("pages are read") { try await Self.pages(cluster) > 5 }
                        try folder.write(Array((token + "\n").utf8), to: "token")
                        try await Self.change(to: token, in: cluster)
                        let result = try await running
                        #expect(result.status == 0, "\(result.messages)")
                        #expect(try Set(result.names) == Self.names)
                    }
                }
            }
        }

        @Test("a service hands out tokens: a refused connection asks for one, and the iteration goes on")
        func tokens() async throws {
            try await Self.withUser { cluster in
                let token = Mutex((value: "one", asked: 0))
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(credentialProvider: {
                        token.withLock { token in
                            token.asked += 1
                            return Credentials(username: "iam", password: token.value)
                        }
                    })
                )
                var tally = KeyTally()
                var changes = 0
                for try await batch in scanner.batches(options: ScanOptions(count: 50, strategy: .scan)) {
                    tally.add(batch.keys)
                    guard changes < 3, tally.total > 600 * (changes + 1) else { continue }
                    changes += 1
                    let value = "token \(changes)"
                    token.withLock { $0.value = value }
                    try await Self.change(to: value, in: cluster)
                }
                #expect(changes == 3 && tally.names == Self.names)
                // One for the beginning, and one for each change: not one for each of the nodes.
                let asked = token.withLock { $0.asked }
                #expect((2...4).contains(asked), "\(asked)")
                await scanner.shutDown()
            }
        }

        @Test("a provider that learns of the new password later than the servers is waited for")
        func late() async throws {
            try await Self.withUser { cluster in
                let asked = Mutex(0)
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(
                        username: "iam",
                        password: "one",
                        credentialProvider: {
                            let count = asked.withLock { count in
                                count += 1
                                return count
                            }
                            return Credentials(username: "iam", password: count < 4 ? "one" : "two")
                        }
                    )
                )
                var tally = KeyTally()
                var isChanged = false
                for try await batch in scanner.batches(options: ScanOptions(count: 50, strategy: .scan)) {
                    tally.add(batch.keys)
                    guard !isChanged, tally.total > 600 else { continue }
                    isChanged = true
                    try await Self.change(to: "two", in: cluster)
                }
                #expect(isChanged && tally.names == Self.names && asked.withLock { $0 } >= 4)
                await scanner.shutDown()
            }
        }

        private static func withUser(_ body: (LocalCluster) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Array(names))
                for node in cluster.nodes.indices {
                    try await cluster.command(node, "ACL", "SETUSER", "iam", "on", ">one", "~*", "+@all")
                }
                try await body(cluster)
            }
        }

        /// How many pages of names the cluster has handed out since statistics were reset.
        private static func pages(_ cluster: LocalCluster) async throws -> Int {
            var pages = 0
            for node in cluster.nodes.indices {
                let text = try await cluster.command(node, "INFO", "commandstats").text ?? ""
                let calls = text.firstMatch(of: /cmdstat_scan:calls=(\d+)/).flatMap { Int($0.1) }
                pages += calls ?? 0
            }
            return pages
        }

        /// Every node takes another password from now on, and the connections that came in with the old one
        /// are gone.
        private static func change(to password: String, in cluster: LocalCluster) async throws {
            for node in cluster.nodes.indices {
                try await cluster.withConnection(to: node) { connection in
                    _ = try connection.checked(["ACL", "SETUSER", "iam", "resetpass", ">" + password])
                    _ = try connection.checked(["CLIENT", "KILL", "USER", "iam"])
                }
            }
        }
    }
}
