import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// Types that came with newer servers and with modules: carried, or named as servers name them.
    @Suite("Types of newer servers and of modules")
    struct NewerTypesTests {
        private static let modules: [ServerModule] = [.rejson, .redisbloom, .redistimeseries]

        private static let ofModules: [(key: String, type: String, make: [String], ask: [String])] = [
            ("json", "ReJSON-RL", ["JSON.SET", "json", "$", #"{"a":[1,2]}"#], ["JSON.GET", "json"]),
            ("bloom", "MBbloom--", ["BF.ADD", "bloom", "x"], ["BF.EXISTS", "bloom", "x"]),
            ("series", "TSDB-TYPE", ["TS.ADD", "series", "1000", "1"], ["TS.RANGE", "series", "-", "+"]),
        ]

        @Test(
            "types of modules have their servers' names everywhere, and their values arrive",
            arguments: ServerGeneration.available(where: { $0 == .redis74 })
        )
        func moduleTypes(generation: ServerGeneration) async throws {
            try await Self.withServers(generation, modules: Self.modules) { source, destination in
                for value in Self.ofModules { try await source.run(value.make) }
                let url = source.nodes[0].address
                for strategy in ["scan", "slots"] {
                    for value in Self.ofModules {
                        for type in [value.type, value.type.lowercased()] {
                            let found = try await ToolProcess.run(
                                ["keys", url, "--type", type, "--with", "type", "--strategy", strategy]
                            )
                            #expect(found.status == 0, "\(found.messages)")
                            #expect(found.lines == ["\(value.key)\t\(value.type)"])
                        }
                    }
                }
                let stats = try await ToolProcess.run(["stats", url])
                let values = try await ToolProcess.run(["values", url])
                #expect(stats.status == 0 && values.status == 1)
                for value in Self.ofModules {
                    #expect(stats.text.contains(value.type))
                    #expect(values.messages.contains("1 key of the type \(value.type)"), "\(values.messages)")
                }
                try await Self.expectArrival(from: source, at: destination) { server in
                    var answers: [String] = []
                    for value in Self.ofModules { answers.append("\(try await server.run(value.ask))") }
                    return answers
                }
            }
        }

        @Test(
            "vector sets are found, counted, and arrive",
            arguments: ServerGeneration.available(where: \.hasVectorSets)
        )
        func vectorSets(generation: ServerGeneration) async throws {
            try await Self.withServers(generation) { source, destination in
                try await source.run(["VADD", "v", "VALUES", "3", "1", "2", "3", "first"])
                try await source.run(["VADD", "v", "VALUES", "3", "3", "2", "1", "second"])
                let url = source.nodes[0].address
                let found = try await ToolProcess.run(
                    ["keys", url, "--type", "vectorset", "--with", "type,length"]
                )
                #expect(found.status == 0 && found.messages.isEmpty, "\(found.messages)")
                #expect(found.lines == ["v\tvectorset\t2"])
                let values = try await ToolProcess.run(["values", url])
                #expect(values.status == 1 && values.messages.contains("1 key of the type vectorset"))
                try await Self.expectArrival(from: source, at: destination) { server in
                    let content = try await server.plainContents()
                    #expect(content.values.first?.value.count == 2)
                    return content.values.map { "\($0)" }
                }
            }
        }

        @Test(
            "fields of hashes that expire by themselves show that in values, small and large",
            arguments: ServerGeneration.available(where: \.hasFieldExpiries)
        )
        func fieldExpiries(generation: ServerGeneration) async throws {
            try await Self.withServers(generation) { source, destination in
                let fields = (0..<5_000).map { "field \($0)" }
                for (key, fields) in [("small", fields.prefix(3)), ("large", fields[...])] {
                    let content = fields.flatMap { [$0, String(repeating: "x", count: 40)] }
                    try await source.run(["HSET", key] + content)
                    try await source.run(["HPEXPIRE", key, "3600000", "FIELDS", "1", "field 1"])
                }
                let result = try await ToolProcess.run(["values", source.nodes[0].address])
                #expect(result.status == 0, "\(result.messages)")
                let lines = result.lines.filter { $0.contains(#""key""#) }
                #expect(lines.count == 2)
                for line in lines {
                    let left = try WorkProcess.json(line)["field_ttl_ms"] as? [String: Int] ?? [:]
                    #expect(left.count == 1 && 3_000_000...3_600_000 ~= left["field 1"] ?? 0, "\(left)")
                }
                try await Self.expectArrival(from: source, at: destination) { server in
                    try await server.plainContents().map { "\($0)" }.sorted()
                }
            }
        }

        /// Has a dump restored, and a copy made, and compares what the servers answer then.
        private static func expectArrival(
            from source: LocalCluster,
            at destination: LocalCluster,
            _ facts: (LocalCluster) async throws -> [String]
        ) async throws {
            let tool = try TransferTool()
            let (from, to) = (source.nodes[0].address, destination.nodes[0].address)
            let expected = try await facts(source)
            for line in [
                "$tool dump \(from) | $tool restore - \(to)", "$tool copy \(from) --to \(to) --verify",
            ] {
                try await destination.run(["FLUSHALL"])
                let outcome = try await tool.shell(line)
                #expect(outcome.status == 0, "\(outcome.messages)")
                #expect(try await facts(destination) == expected, "\(line)")
            }
        }

        private static func withServers(
            _ generation: ServerGeneration,
            modules: [ServerModule] = [],
            _ body: (LocalCluster, LocalCluster) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options(generation)
            options.isStandalone = true
            options.modules = modules
            try await LocalCluster.with(options) { first in
                try await LocalCluster.with(options) { try await body(first, $0) }
            }
        }
    }
}

extension LocalCluster {
    /// Sends one command to the first node and throws at an error.
    @discardableResult
    fileprivate func run(_ words: [String]) async throws -> RespReply {
        try await withConnection(to: 0) { try $0.checked(words) }
    }
}
