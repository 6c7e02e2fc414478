import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// Services that leave commands out, and servers whose commands were renamed.
    @Suite("Managed and hardened services")
    struct ManagedServiceTests {
        private static let names = Set((0..<500).map { Array("key:\($0)".utf8) })

        private static func withSingleServer(
            without commands: [String] = [],
            _ body: (LocalCluster) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = commands.map { "rename-command \($0) \"\"" }
            try await LocalCluster.with(options) { server in
                try await server.set(Array(names))
                try await body(server)
            }
        }

        @Test(
            "a single server that has no CLUSTER command is read as a cluster of one node, by every command"
        )
        func noClusterCommand() async throws {
            try await Self.withSingleServer(without: ["CLUSTER"]) { server in
                try await DumpFolder.with { folder in
                    let address = server.nodes[0].address
                    func run(_ arguments: [String]) async throws -> ToolProcess.Result {
                        let result = try await ToolProcess.run(arguments + [address])
                        #expect(result.status == 0, "\(arguments): \(result.messages)")
                        return result
                    }
                    for strategy in ScanStrategy.allCases where strategy != .slots {
                        let keys = try await run(["keys", "--strategy", strategy.rawValue])
                        #expect(try Set(keys.names) == Self.names)
                    }
                    #expect(try await run(["nodes"]).lines.count >= 2)
                    #expect(try await run(["values"]).lines.count >= Self.names.count)
                    for line in [["stats"], ["split", "--parts", "3"]] { _ = try await run(line) }
                    let dump = folder.path("all.dump")
                    _ = try await run(["dump", "--output", dump])
                    _ = try await run(["delete", "--match", "key:*", "--yes"])
                    #expect(try await server.keyCount() == 0)
                    let restored = try await ToolProcess.run(["restore", dump, address])
                    #expect(restored.status == 0, "\(restored.messages)")
                    #expect(try await server.keyCount() == Self.names.count)
                    let scanner = server.scanner()
                    #expect(try await KeyTally(pagesOf: scanner).difference(from: Self.names) == nil)
                    await scanner.shutDown()
                }
            }
        }

        @Test("users of a single server need no CLUSTER commands; what is missing besides is named")
        func users() async throws {
            try await Self.withSingleServer { server in
                let address = server.nodes[0].address
                func run(_ rules: [String]) async throws -> ToolProcess.Result {
                    try await server.withConnection(to: 0) {
                        _ = try $0.checked(
                            ["ACL", "SETUSER", "t", "reset", "on", ">p", "~*", "+@all"] + rules
                        )
                    }
                    return try await ToolProcess.run(["keys", "redis://t:p@\(address)"])
                }
                let keys = try await run(["-cluster"])
                #expect(keys.status == 0, "\(keys.messages)")
                #expect(try Set(keys.names) == Self.names)

                let blind = try await run(["-cluster", "-info"])
                #expect(blind.status == 77 && blind.output.isEmpty, "\(blind.messages)")
                #expect(blind.messages.contains("CLUSTER SLOTS and INFO"), "\(blind.messages)")
                #expect(!blind.messages.contains("host and port"))
            }
        }

        @Test("in cluster mode, what tells where all other keys are cannot be done without, and is named")
        func clusterMode() async throws {
            let unknown = "-ERR unknown command 'CLUSTER', with args beginning with: 'SLOTS' \r\n"
            try await HostileServer.with { command, _ in
                command.hasPrefix("CLUSTER") ? .say(unknown) : nil
            } _: { server in
                for line in [["keys"], ["nodes"], ["stats"], ["split", "--parts", "2"], ["values"]] {
                    let result = try await ToolProcess.run(line + [server.url])
                    #expect(result.status == 77, "\(line): \(result.messages)")
                    #expect(result.messages.contains("the server refuses CLUSTER"), "\(result.messages)")
                    #expect(result.messages.contains("does not have this command"), "\(result.messages)")
                    #expect(!result.messages.contains("host and port"), "\(result.messages)")
                }
            }
        }

        @Test(
            "services have words of their own for what they leave out",
            arguments: ["ERR CLUSTER is not supported", "ERR syntax error", "unsupported command 'cluster'"]
        )
        func otherWords(refusal: String) async throws {
            let info = HostileServer.info().replacing("redis_mode:cluster", with: "redis_mode:standalone")
            for (text, status) in [(info, Int32(0)), (HostileServer.info(), 77)] {
                try await HostileServer.with { command, _ in
                    switch command {
                    case "INFO SERVER": .say(HostileServer.bulk(text))
                    case let other where other.hasPrefix("CLUSTER"): .say("-\(refusal)\r\n")
                    default: nil
                    }
                } _: { server in
                    let result = try await ToolProcess.run(["keys", server.url])
                    #expect(result.status == status, "\(result.messages)")
                    #expect(status == 0 || result.messages.contains(refusal), "\(result.messages)")
                }
            }
        }

        @Test("a Sentinel says where the servers are that it watches")
        func sentinel() async throws {
            let info = HostileServer.info().replacing("redis_mode:cluster", with: "redis_mode:sentinel")
            let fields = ["name", "mymaster", "ip", "10.0.0.9", "port", "6380"].map(HostileServer.bulk)
                .joined()
            try await HostileServer.with { command, _ in
                switch command {
                case "INFO SERVER": .say(HostileServer.bulk(info))
                case "SENTINEL MASTERS": .say("*1\r\n*6\r\n" + fields)
                case let other where other.hasPrefix("CLUSTER"): .say("-ERR unknown command 'CLUSTER'\r\n")
                default: nil
                }
            } _: { server in
                for line in [["keys"], ["nodes"]] {
                    let result = try await ToolProcess.run(line + [server.url])
                    #expect(result.status == 70, "\(result.messages)")
                    #expect(result.messages.contains("this is a Sentinel"), "\(result.messages)")
                    #expect(result.messages.contains("'mymaster' is at 10.0.0.9:6380"), "\(result.messages)")
                }
            }
        }

        @Test(
            "what only looks like Redis is named, whether it can be read or not",
            arguments: [
                ("redis_version:6.3.4\r\nfeatures:cluster_mget\r\n", "KeyDB 6.3", 0),
                ("redis_version:7.4.3\r\ngarnet_version:1.0.84\r\n", "Garnet 1.0", 0),
                ("redis_version:7.0.0\r\nkvrocks_version:2.9.0\r\n", "Kvrocks 2.9", 0),
                ("redis_version:7.4.0\r\ndragonfly_version:df-v1.40.1\r\n", "Dragonfly 1.40", 70),
            ] as [(String, String, Int32)]
        )
        func lookAlikes(fields: String, name: String, status: Int32) async throws {
            let run = status == 0 ? "run_id:\(String(repeating: "b", count: 40))\r\n" : ""
            let info = HostileServer.bulk("# Server\r\nredis_mode:standalone\r\n" + run + fields)
            try await HostileServer.with { command, _ in
                switch command {
                case "INFO SERVER": .say(info)
                case let other where other.hasPrefix("CLUSTER"):
                    .say("-ERR This instance has cluster support disabled\r\n")
                default: nil
                }
            } _: { server in
                let result = try await ToolProcess.run(["keys", server.url])
                #expect(result.status == status, "\(result.messages)")
                #expect(result.messages.contains(name), "\(result.messages)")
                if status == 0 { #expect(result.lines.sorted() == ["one", "two"]) }
                let nodes = try await ToolProcess.run(["nodes", "--format", "json", server.url])
                #expect(nodes.lines.joined().contains(name), "\(nodes.lines)")
            }
        }

        @Test(
            "a proxy is told from a server",
            arguments: [
                (HostileServer.bulk("# Proxy\nVersion:1.0.5\nName:some\nRedisMode:proxy\n"), "predixy"),
                ("-ERR unsupported command 'info'\r\n", "A proxy"),
            ]
        )
        func proxies(info: String, name: String) async throws {
            try await HostileServer.with { command, _ in
                switch command {
                case "INFO SERVER": .say(info)
                case let other where other.hasPrefix("CLUSTER"):
                    .say("-ERR unsupported command 'cluster'\r\n")
                default: nil
                }
            } _: { server in
                let result = try await ToolProcess.run(["keys", server.url])
                #expect([70, 77].contains(result.status), "\(result.messages)")
                #expect(result.messages.contains(name), "\(result.messages)")
                #expect(result.messages.contains("name a server behind it"), "\(result.messages)")
            }
        }
    }
}
