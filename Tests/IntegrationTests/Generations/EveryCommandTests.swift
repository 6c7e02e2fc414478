import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Every command on every generation")
    struct EveryCommandTests {
        /// In this order: what changes keys comes last.
        private static let checks: [(command: String, check: @Sendable (Setting) async throws -> Void)] = [
            ("nodes", nodes), ("slot", slot), ("keys", keys), ("members", members), ("values", values),
            ("stats", stats), ("split", split), ("cursor", cursor), ("dump", dump), ("restore", restore),
            ("copy", copy), ("index", index), ("exec", exec), ("expire", expire), ("persist", persist),
            ("delete", delete),
        ]

        @Test("a new command is looked at here, too")
        func complete() async throws {
            let help = try await ToolProcess.run(["--help"])
            let listed = help.lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst()
                .compactMap { $0.wholeMatch(of: /\s\s([a-z-]+)( .*)?/).map { String($0.1) } }
            #expect(Set(listed) == Set(Self.checks.map(\.command)))
        }

        @Test("every command does once what it says", arguments: ServerGeneration.available)
        func once(generation: ServerGeneration) async throws {
            var options = LocalCluster.Options(generation)
            options.replicasPerPrimary = 0
            var single = LocalCluster.Options(generation)
            single.isStandalone = true
            try await LocalCluster.with(options) { cluster in
                try await EveryTypeKeys.load(into: cluster, of: generation)
                try await cluster.load(SampleKeys(count: 300, seed: 41))
                try await LocalCluster.with(single) { destination in
                    let setting = Setting(
                        generation: generation,
                        cluster: cluster,
                        destination: destination,
                        contents: try await cluster.plainContents(),
                        tool: try TransferTool()
                    )
                    for (command, check) in Self.checks {
                        do {
                            try await check(setting)
                        } catch {
                            Issue.record(error, "\(command) on \(generation)")
                        }
                    }
                }
            }
        }

        private struct Setting: Sendable {
            let generation: ServerGeneration
            let cluster: LocalCluster
            /// One server of the same generation.
            let destination: LocalCluster
            /// Before anything was changed.
            let contents: [[UInt8]: PlainContent]
            let tool: TransferTool

            var url: String { cluster.nodes[1].address }
            var names: Set<[UInt8]> { Set(contents.keys) }

            func names(startingWith start: String) -> Set<[UInt8]> {
                names.filter { $0.starts(with: start.utf8) }
            }

            /// Runs the tool, which must end well.
            func run(_ arguments: String...) async throws -> ToolProcess.Result {
                let result = try await ToolProcess.run(arguments)
                #expect(result.status == 0, "\(arguments): \(result.messages)")
                return result
            }

            func json(_ arguments: String...) async throws -> [String: Any] {
                let result = try await ToolProcess.run(arguments)
                #expect(result.status == 0, "\(arguments): \(result.messages)")
                return try WorkProcess.json(result.text)
            }
        }

        // MARK: What only looks

        private static func nodes(_ setting: Setting) async throws {
            let report = try await setting.json("nodes", setting.url, "--format", "json")
            let nodes = report["nodes"] as? [[String: Any]] ?? []
            #expect(Set(nodes.compactMap { $0["id"] as? String }) == Set(setting.cluster.nodes.map(\.id)))
            #expect(nodes.reduce(0) { $0 + ($1["keys"] as? Int ?? 0) } == setting.names.count)
            #expect(report["unserved_slots"] as? String == "")
        }

        private static func slot(_ setting: Setting) async throws {
            let result = try await setting.run("slot", "{user:1000007}:*", setting.url)
            let text = result.text
            let slot = KeySlot.of(Array("user:1000007".utf8))
            let owner = try await setting.cluster.owners()[slot]
            #expect(
                text.contains("\(slot)") && text.contains(setting.cluster.nodes[owner].address),
                "\(text)"
            )
        }

        private static func keys(_ setting: Setting) async throws {
            for strategy in ["scan", "slots"] {
                let all = try await setting.run("keys", setting.url, "--strategy", strategy)
                #expect(Set(try all.names) == setting.names)
            }
            let hashes = try await setting.run("keys", setting.url, "--type", "hash", "--match", "hash*")
            #expect(Set(try hashes.names) == setting.names(startingWith: "hash"))
            let fields = try await setting.run(
                "keys",
                setting.url,
                "--with",
                "type,ttl,memory,length,encoding,idle",
                "--format",
                "json"
            )
            // The last line is a report.
            let lines = fields.lines.filter { !$0.hasPrefix("{\"report\"") }
            #expect(lines.count == setting.names.count)
            for line in lines {
                let object = try WorkProcess.json(line)
                #expect(
                    object["type"] is String && object["memory"] is Int && object["length"] is Int,
                    "\(line)"
                )
            }
        }

        private static func members(_ setting: Setting) async throws {
            let result = try await setting.run("members", "set:long", setting.url)
            #expect(Set(result.lines) == Set((0..<600).map { "member:\($0)" }))
        }

        private static func values(_ setting: Setting) async throws {
            let result = try await ToolProcess.run(["values", setting.url])
            // Values of vector sets are left out, and that is told.
            #expect(result.status == (setting.generation.hasVectorSets ? 1 : 0), "\(result.messages)")
            var types: [String: String] = [:]
            for line in result.lines {
                let object = try WorkProcess.json(line)
                types[object["key"] as? String ?? line] = object["type"] as? String
            }
            for (name, content) in setting.contents where content.type != "vectorset" {
                guard let text = String(validating: name, as: UTF8.self) else { continue }
                #expect(types[text] == content.type, "\(text)")
            }
        }

        private static func stats(_ setting: Setting) async throws {
            let report = try await setting.json("stats", setting.url, "--format", "json")
            let types = (report["types"] as? [[String: Any]] ?? []).reduce(into: [:]) { counts, type in
                counts[type["type"] as? String ?? ""] = type["keys"] as? Int
            }
            let expected = Dictionary(grouping: setting.contents.values, by: \.type).mapValues(\.count)
            #expect(types == expected)
        }

        private static func split(_ setting: Setting) async throws {
            let parts = try await setting.run("split", "--parts", "3", setting.url)
            #expect(parts.lines.count == 3)
            var names: [[UInt8]] = []
            for part in parts.lines {
                names += try await setting.run("keys", setting.url, "--cursor", part).names
            }
            #expect(Set(names) == setting.names && names.count == setting.names.count)
        }

        private static func cursor(_ setting: Setting) async throws {
            let part = try await setting.run("split", "--parts", "2", setting.url).lines[0]
            let words = try await setting.run("cursor", "inspect", part)
            #expect(words.text.contains("slots"))
        }

        // MARK: What writes elsewhere

        private static func dump(_ setting: Setting) async throws {
            let result = try await setting.tool.shell("exec $tool dump \(setting.url) -o keys.dump")
            #expect(result.status == 0, "\(result.messages)")
            let dry = try await setting.run("restore", "--dry-run", setting.tool.path("keys.dump"))
            let text = dry.text
            #expect(
                text.contains(setting.names.count.formatted(.number.locale(Locale(identifier: "en_US")))),
                "\(text)"
            )
        }

        private static func restore(_ setting: Setting) async throws {
            let address = setting.destination.nodes[0].address
            _ = try await setting.run("restore", setting.tool.path("keys.dump"), address)
            try await expectCopy(setting)
        }

        private static func copy(_ setting: Setting) async throws {
            try await setting.destination.command(0, "FLUSHALL")
            let address = setting.destination.nodes[0].address
            let result = try await setting.run("copy", setting.url, "--to", address, "--verify")
            #expect(result.text.contains("VERIFIED"))
            try await expectCopy(setting)
            let again = try await setting.json("copy", setting.url, "--to", address, "--format", "json")
            #expect(again["done"] as? Int == 0 && again["unchanged"] as? Int == setting.names.count)
        }

        private static func expectCopy(_ setting: Setting) async throws {
            let found = try await setting.destination.plainContents()
            #expect(PlainContent.differences(between: found, and: setting.contents) == [])
        }

        // MARK: What changes keys

        private static func index(_ setting: Setting) async throws {
            _ = try await setting.run(
                "index",
                setting.url,
                "--match",
                "hash",
                "--field",
                "field",
                "--into",
                "lookup",
                "--yes"
            )
            #expect(try await setting.cluster.ask("HGET", "lookup", "value").text == "hash")
        }

        private static func exec(_ setting: Setting) async throws {
            let result = try await setting.run("exec", setting.url, "--match", "list*", "--", "LLEN", "{}")
            #expect(
                Set(result.lines.map { $0.split(separator: "\t").last.map(String.init) ?? "" }) == [
                    "5", "600",
                ]
            )
        }

        private static func expire(_ setting: Setting) async throws {
            _ = try await setting.run("expire", setting.url, "--match", "set*", "--ttl", "1h", "--yes")
            for name in setting.names(startingWith: "set") {
                let left = try await setting.cluster.ask("PTTL", name).integer ?? 0
                #expect(3_000_000...3_600_000 ~= left)
            }
        }

        private static func persist(_ setting: Setting) async throws {
            _ = try await setting.run("persist", setting.url, "--match", "set*", "--yes")
            for name in setting.names(startingWith: "set") {
                #expect(try await setting.cluster.ask("PTTL", name).integer == -1)
            }
        }

        private static func delete(_ setting: Setting) async throws {
            _ = try await setting.run("delete", setting.url, "--match", "list*", "--yes")
            let left = try await setting.cluster.names()
            #expect(
                left
                    == setting.names.subtracting(setting.names(startingWith: "list")).union([
                        Array("lookup".utf8)
                    ])
            )
        }
    }
}
