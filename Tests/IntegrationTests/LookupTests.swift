import ClusterScan
import ClusterScanOperations
import Foundation
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Building lookups")
    struct LookupTests {
        private static func withUsers(
            _ body: (LocalCluster, ClusterScanner) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.run(
                    (0..<6_000).map {
                        ["HSET", "user:\($0)", "username", name($0), "city", "city-\($0 % 7)"]
                    }
                )
                try await cluster.run([
                    // Three of one name, and one name that others would mangle.
                    ["HSET", "user:9001", "username", "twin"], ["HSET", "user:9000", "username", "twin"],
                    ["HSET", "user:9002", "username", "twin"],
                    ["HSET", "user:odd", "username", [0xff, 0x00, 0x7d] as [UInt8]],
                    ["HSET", "user:nameless", "email", "x"], ["SET", "user:string", "no hash"],
                    ["HSET", "admin:1", "username", "root"],
                ])
                let scanner = cluster.scanner()
                try await body(cluster, scanner)
                await scanner.shutDown()
            }
        }

        private static func name(_ number: Int) -> String { "name-\(number)" }

        /// What `lookup:username` must be.
        private static let expected: [[UInt8]: [UInt8]] = {
            var entries: [[UInt8]: [UInt8]] = [:]
            for number in 0..<6_000 { entries[Array(name(number).utf8)] = Array("user:\(number)".utf8) }
            entries[Array("twin".utf8)] = Array("user:9000".utf8)
            entries[[0xff, 0x00, 0x7d]] = Array("user:odd".utf8)
            return entries
        }()

        private static func builder(
            _ scanner: ClusterScanner,
            _ layout: LookupLayout = .hash,
            of field: String = "username",
            into name: String = "lookup:username",
            matching pattern: GlobPattern = "user:*",
            policy: LookupConflictPolicy = .report,
            onConflict: (@Sendable (LookupConflict) -> Void)? = nil
        ) throws -> LookupBuilder {
            LookupBuilder(
                try #require(Lookup(name.utf8, layout: layout)),
                of: Array(field.utf8),
                matching: pattern,
                at: scanner,
                policy: policy,
                onConflict: onConflict
            )
        }

        private static func hash(_ name: String, in cluster: LocalCluster) async throws -> [[UInt8]: [UInt8]]
        {
            let fields = (try await cluster.ask("HGETALL", name).array ?? []).compactMap(\.bytes)
            let pairs = stride(from: 0, to: fields.count, by: 2).map { (fields[$0], fields[$0 + 1]) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }

        @Test(
            "every value leads to its key, several keys with one are told, and a second run changes nothing"
        )
        func build() async throws {
            try await Self.withUsers { cluster, scanner in
                let preview = try Self.builder(scanner)
                #expect(await preview.buildAll(writing: false).trouble == nil)
                #expect(preview.statistics.added == 6_002 && preview.statistics.conflicts == 2)
                #expect(try await Self.hash("lookup:username", in: cluster).isEmpty, "nothing is written")

                let conflicts = Mutex<[LookupConflict]>([])
                let builder = try Self.builder(scanner) { conflict in
                    conflicts.withLock { $0.append(conflict) }
                }
                // Small chunks, so that keys with one value meet in the lookup, too.
                let options = WorkOptions(maximumKeysPerChunk: 50)
                #expect(await builder.buildAll(options: options).trouble == nil)
                #expect(try await Self.hash("lookup:username", in: cluster) == Self.expected)
                #expect(builder.statistics.conflicts == 2)
                #expect(builder.statistics.withoutField == 1 && builder.statistics.otherKeys == 1)
                #expect(conflicts.withLock { $0 }.allSatisfy { $0.value == Array("twin".utf8) })
                #expect(conflicts.withLock { $0 }.count == 2)

                let again = try Self.builder(scanner)
                let report = await again.buildAll()
                #expect(report.trouble == nil && report.tally.done == 0)
                #expect(again.statistics.added == 0 && again.statistics.changed == 0)
                #expect(again.statistics.alreadyThere == 6_002 && again.statistics.conflicts == 2)
                #expect(try await Self.hash("lookup:username", in: cluster) == Self.expected)
            }
        }

        @Test("entries that no longer hold are corrected, and removed when nobody has their value")
        func prune() async throws {
            try await Self.withUsers { cluster, scanner in
                #expect(await (try Self.builder(scanner)).buildAll().trouble == nil)
                // Built for other keys earlier; still true.
                try await cluster.run([["HSET", "lookup:username", "root", "admin:1"]])
                try await cluster.run([
                    ["DEL", "user:9000"], ["DEL", "user:1"], ["HSET", "user:2", "username", "renamed"],
                    ["DEL", "user:3"], ["SET", "user:3", "no hash any more"],
                ])
                let preview = try Self.builder(scanner)
                #expect(await preview.buildAll(writing: false).trouble == nil)
                #expect(preview.statistics.added == 1 && preview.statistics.changed == 1)
                #expect(try await preview.prune(writing: false).stale == 4)

                let builder = try Self.builder(scanner)
                #expect(await builder.buildAll().trouble == nil)
                let pruning = try await builder.prune(writing: true)
                #expect(pruning.stale == 3 && pruning.checked == 6_004)
                var expected = Self.expected
                expected[Array("twin".utf8)] = Array("user:9001".utf8)
                expected[Array("root".utf8)] = Array("admin:1".utf8)
                expected[Array("renamed".utf8)] = Array("user:2".utf8)
                for gone in 1...3 { expected[Array(Self.name(gone).utf8)] = nil }
                #expect(try await Self.hash("lookup:username", in: cluster) == expected)
                #expect(try await builder.prune(writing: true).stale == 0)
            }
        }

        @Test("sets hold all keys of a value, in one slot, and lose those that do not have it any more")
        func sets() async throws {
            try await Self.withUsers { cluster, scanner in
                let builder = try Self.builder(scanner, .sets, of: "city", into: "lookup:city")
                #expect(await builder.buildAll().trouble == nil)
                let members = try await cluster.ask("SMEMBERS", "{lookup:city}:city-3").array ?? []
                let users = stride(from: 3, to: 6_000, by: 7).map { Array("user:\($0)".utf8) }
                #expect(Set(members.compactMap(\.bytes)) == Set(users))
                let again = try Self.builder(scanner, .sets, of: "city", into: "lookup:city")
                #expect(await again.buildAll().tally.done == 0)
                try await cluster.run([["HSET", "user:3", "city", "city-4"], ["DEL", "user:10"]])
                #expect(await again.buildAll().tally.done == 1)
                let pruning = try await again.prune(writing: true)
                #expect(pruning.stale == 2)
                let left = try await cluster.ask("SMEMBERS", "{lookup:city}:city-3").array ?? []
                #expect(Set(left.compactMap(\.bytes)) == Set(users).subtracting([users[0], users[1]]))
            }
        }

        @Test("one key for each value, and none of them is taken for a user, whatever the glob matches")
        func keys() async throws {
            try await Self.withUsers { cluster, scanner in
                let before = try await cluster.contents()
                let builder = try Self.builder(scanner, .keys, into: "user:lookup")
                #expect(await builder.buildAll().trouble == nil)
                #expect(try await cluster.ask("GET", "{user:lookup}:name-17").text == "user:17")
                #expect(try await cluster.ask("GET", "{user:lookup}:twin").text == "user:9000")
                let after = try await cluster.contents()
                #expect(after.count == before.count + 6_002)
                #expect(before.allSatisfy { after[$0.key] == $0.value }, "nothing else is touched")
                try await cluster.run([["DEL", "user:17"]])
                #expect(try await builder.prune(writing: true).stale == 1)
                #expect(try await cluster.ask("GET", "{user:lookup}:name-17") == .null)

                // A hash that every glob matches is not indexed into itself.
                let all = try Self.builder(scanner, .hash, into: "user:hash", matching: "*")
                #expect(await all.buildAll().trouble == nil)
                #expect(await all.buildAll().tally.done == 0)
            }
        }

        @Test(
            "two keys with one value end the work where that is wanted, and what is no lookup is not touched"
        )
        func fail() async throws {
            try await Self.withUsers { cluster, scanner in
                let report = await (try Self.builder(scanner, policy: .fail)).buildAll()
                guard case .failed(let error as ClusterScanError) = report.ending else {
                    Issue.record("\(report.ending)")
                    return
                }
                #expect(error.code == .conflict && error.message.contains("twin"))
                try await cluster.run([["DEL", "lookup:username"], ["SET", "lookup:username", "precious"]])
                let refused = await (try Self.builder(scanner)).buildAll()
                #expect(!refused.isComplete)
                #expect(try await cluster.ask("GET", "lookup:username").text == "precious")
            }
        }

        @Test("the command writes only with --yes, and every conflict to a file")
        func commandLine() async throws {
            try await Self.withUsers { cluster, _ in
                let arguments = [
                    "index", cluster.nodes[0].address, "--match", "user:*", "--field", "username", "--into",
                    "lookup:username",
                ]
                let preview = try await WorkProcess.run(arguments)
                #expect(preview.status == 0 && preview.output.contains("6,002 entries would be added"))
                #expect(try await Self.hash("lookup:username", in: cluster).isEmpty)
                let file = cluster.directory + "/conflicts"
                let index = try await WorkProcess.run(arguments + ["--yes", "--prune", "--conflicts", file])
                #expect(index.status == 0 && index.output.contains("2 keys left out"))
                #expect(try await Self.hash("lookup:username", in: cluster) == Self.expected)
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                #expect(lines.count == 2)
                for line in lines { #expect(try WorkProcess.json(line)["value"] as? String == "twin") }
                let strict = try await WorkProcess.run(arguments + ["--yes", "--on-conflict", "fail"])
                #expect(strict.status == 1 && strict.messages.contains("twin"))
            }
        }
    }
}
