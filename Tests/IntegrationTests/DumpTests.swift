import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Dumps that are killed and resumed")
    struct DumpTests {
        struct Way: Sendable, CustomTestStringConvertible {
            let options: [String]
            let read: @Sendable ([UInt8]) throws -> DumpedRows
            var hasTypes = false
            /// Names with a zero byte cannot be told there.
            var leavesOutZeroBytes = false

            var testDescription: String { options.joined(separator: " ") }
        }

        private static let ways = [
            Way(options: ["--format", "text", "--strategy", "slots"]) { try DumpedRows(text: $0) },
            Way(
                options: ["--format", "csv", "--with", "type,ttl,slot", "--strategy", "slots"],
                read: {
                    try DumpedRows(csv: $0)
                },
                hasTypes: true
            ),
            Way(
                options: ["--format", "json", "--with", "type", "--strategy", "scan"],
                read: {
                    try DumpedRows(json: $0)
                },
                hasTypes: true
            ),
            Way(options: ["--format", "tsv", "--unique", "--strategy", "scan"]) {
                try DumpedRows(text: $0, hasHeader: true)
            },
        ]

        @Test(
            "killed at thirteen random moments, the output has every key once and no torn line",
            arguments: ways
        )
        func killed(way: Way) async throws {
            let cluster = try await QuietCluster.cluster
            try await DumpFolder.with { folder in
                let arguments =
                    ["keys", cluster.nodes[0].address] + way.options + [
                        "--output", folder.path("keys"), "--checkpoint", folder.path("mark"),
                        "--checkpoint-every", "10ms", "--max-keys-per-second", "25k",
                    ]
                var random = SplitMix64(state: UInt64(way.testDescription.utf8.count))
                var kills = 0
                var grown = 0
                while kills < 13 {
                    let lifetime = Duration.milliseconds(Int.random(in: 5...220, using: &random))
                    let outcome = try await DumpProcess.run(arguments, killedAfter: lifetime)
                    guard outcome.status == nil else {
                        Issue.record(
                            "ended with \(outcome.status ?? 0) after \(kills) kills: \(outcome.messages)"
                        )
                        return
                    }
                    kills += 1
                    if try folder.names.contains("mark"), try folder.bytes("keys.partial").count > grown {
                        grown = try folder.bytes("keys.partial").count
                    }
                }
                #expect(grown > 0, "the kills came before there was anything to lose")
                let last = try await DumpProcess.run(arguments)
                #expect(last.status == 0, "\(last.messages)")
                #expect(try folder.names == ["keys"])
                let dumped = try way.read(folder.bytes("keys"))
                #expect(dumped.tally.difference(from: QuietCluster.names) == nil)
                guard way.hasTypes else { return }
                let types = Dictionary(
                    uniqueKeysWithValues: QuietCluster.keys.map { ($0.name, $0.type.rawValue) }
                )
                #expect(dumped.rows.allSatisfy { $0.columns.first == types[$0.name] })
            }
        }

        @Test("what does not go together is refused, with words that lead out of it, and nothing is changed")
        func refused() async throws {
            let cluster = try await QuietCluster.cluster
            try await DumpFolder.with { folder in
                let base = [
                    "keys", cluster.nodes[0].address, "--output", folder.path("keys"), "--checkpoint",
                    folder.path("mark"), "--max-keys-per-second", "20k", "--checkpoint-every", "10ms",
                ]
                _ = try await DumpProcess.run(base, killedAfter: .milliseconds(400))
                let partial = try folder.bytes("keys.partial")
                let mark = try folder.bytes("mark")
                try #require(partial.count > 2_000)

                func expectRefusal(_ arguments: [String], _ words: String, status: Int32 = 65) async throws {
                    let found = try (folder.bytes("keys.partial"), folder.bytes("mark"))
                    let outcome = try await DumpProcess.run(arguments)
                    #expect(outcome.status == status)
                    #expect(outcome.messages.contains(words), "\(outcome.messages)")
                    #expect(try folder.bytes("keys.partial") == found.0)
                    #expect(try folder.bytes("mark") == found.1)
                }
                try await expectRefusal(base + ["--match", "user:*"], "keys --match 'user:*'")
                try await expectRefusal(base + ["--format", "json"], "this is 'keys --format json")
                try await expectRefusal(base + ["--with", "type"], "--with type")
                try await expectRefusal(
                    base.filter { $0 != "--output" && $0 != folder.path("keys") },
                    "this is 'keys --format text'"
                )

                try folder.write(mark.dropLast(20), to: "mark")
                try await expectRefusal(base, "damaged")
                try folder.write(mark, to: "mark")
                try folder.write(Array(partial.prefix(1_000)), to: "keys.partial")
                try await expectRefusal(base, "shorter")
                try folder.write(
                    partial.map { $0 == UInt8(ascii: "u") ? UInt8(ascii: "v") : $0 },
                    to: "keys.partial"
                )
                try await expectRefusal(base, "others")

                try folder.write(partial, to: "keys.partial")
                let last = try await DumpProcess.run(base)
                #expect(last.status == 0)
                #expect(
                    try DumpedRows(text: folder.bytes("keys")).tally.difference(from: QuietCluster.names)
                        == nil
                )
            }
        }

        @Test("a limit stops a dump, and the next run goes on without a repeat")
        func limit() async throws {
            let cluster = try await QuietCluster.cluster
            try await DumpFolder.with { folder in
                let base = [
                    "keys", cluster.nodes[0].address, "--output", folder.path("keys"), "--checkpoint",
                    folder.path("mark"),
                ]
                let first = try await DumpProcess.run(base + ["--limit", "50001"])
                #expect(first.status == 0)
                #expect(try DumpedRows(text: folder.bytes("keys.partial")).rows.count == 50_001)
                #expect(try await DumpProcess.run(base).status == 0)
                #expect(
                    try DumpedRows(text: folder.bytes("keys")).tally.difference(from: QuietCluster.names)
                        == nil
                )
            }
        }

        @Test(
            "a cursor alone is taken with --cursor, and not as a checkpoint"
        )
        func formerName() async throws {
            let cluster = try await QuietCluster.cluster
            try await DumpFolder.with { folder in
                var cursor = ScanCursor.start
                for try await batch in cluster.scanner().batches() {
                    cursor = batch.cursor
                    if (cursor.inspection?.keysReturned ?? 0) > 30_000 { break }
                }
                let returned = try #require(cursor.inspection?.keysReturned)
                try folder.write(Array("\(cursor)\n".utf8), to: "cursor")
                let refused = try await DumpProcess.run([
                    "keys", cluster.nodes[0].address, "--resume", folder.path("cursor"),
                ])
                #expect(refused.status == 65 && refused.messages.contains("--cursor"), "\(refused.messages)")
                let outcome = try await DumpProcess.run([
                    "keys", cluster.nodes[0].address, "--cursor", "\(cursor)",
                ])
                #expect(outcome.status == 0)
                let rows = try DumpedRows(text: outcome.output).rows
                #expect(rows.count == QuietCluster.names.count - Int(returned))
                #expect(try folder.names == ["cursor"])
            }
        }
    }
}
