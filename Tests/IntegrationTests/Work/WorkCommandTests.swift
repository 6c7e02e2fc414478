import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Commands that work on keys")
    struct WorkCommandTests {
        private static func names(_ prefix: String, _ count: Int) -> [[UInt8]] {
            (0..<count).map { Array("\(prefix)\($0)".utf8) }
        }

        private static func withCluster(_ body: (LocalCluster, String) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { try await body($0, $0.nodes[0].address) }
        }

        @Test("'delete' without --yes says what it would do and does not; with --yes it does, and verifies")
        func delete() async throws {
            try await Self.withCluster { cluster, url in
                try await cluster.set(Self.names("doomed:", 2_500) + Self.names("spared:", 300))
                let all = try await cluster.names()
                let dry = try await WorkProcess.run(["delete", url, "--match", "doomed:*"])
                #expect(dry.status == 0, "\(dry.messages)")
                #expect(dry.output.contains("DRY RUN") && dry.output.contains("2,500 keys would be deleted"))
                #expect(dry.lines.count { $0.hasPrefix("  doomed:") } == 10)
                let json = try await WorkProcess.run([
                    "delete", url, "--match", "doomed:*", "--format", "json",
                ])
                let preview = try WorkProcess.json(json.output)
                #expect(preview["keys"] as? Int == 2_500)
                let nodes = try #require(preview["nodes"] as? [[String: Any]])
                #expect(nodes.compactMap { $0["keys"] as? Int }.reduce(0, +) == 2_500 && nodes.count == 3)
                #expect(try await cluster.names() == all)

                let done = try await WorkProcess.run(["delete", url, "--match", "doomed:*", "--yes"])
                #expect(done.status == 0, "\(done.messages)")
                #expect(done.output.contains("2,500 keys deleted") && done.output.contains("Verified"))
                #expect(try await cluster.names() == Set(Self.names("spared:", 300)))
            }
        }

        @Test("Ctrl-C finishes what is under way, names the cursor, and both ways to go on do the rest")
        func interruption() async throws {
            try await Self.withCluster { cluster, url in
                try await cluster.set(Self.names("doomed:", 6_000) + Self.names("spared:", 300))
                let file = FileManager.default.temporaryDirectory.appending(path: "work-\(UUID()).cursor")
                    .path
                defer { try? FileManager.default.removeItem(atPath: file) }
                let command = ["delete", url, "--match", "doomed:*", "--yes", "--count", "100"]
                let first = try await WorkProcess.run(
                    command + ["--rate", "1k", "--resume", file],
                    interruptedAfter: .seconds(3)
                )
                #expect(first.status == 130)
                #expect(first.messages.contains("INCOMPLETE") && first.messages.contains(file))
                let afterFirst = try await cluster.names(matching: "doomed:*").count
                #expect((1_000..<6_000).contains(afterFirst), "\(afterFirst)")

                // Without the file, the cursor is part of the command that is printed.
                let checkpoint = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                let line = try #require(checkpoint.first { $0.hasPrefix("cursor ") })
                let second = try await WorkProcess.run(
                    command + ["--rate", "1k", "--cursor", String(line.dropFirst("cursor ".count))],
                    interruptedAfter: .milliseconds(1_500)
                )
                #expect(second.status == 130)
                let hint = try #require(second.messages.split(separator: "\n").last)
                let next = try #require(hint.split(separator: " ").last)
                #expect(hint.contains("--cursor") && (try? ScanCursor(String(next)))?.inspection != nil)
                let afterSecond = try await cluster.names(matching: "doomed:*").count
                #expect((1..<afterFirst).contains(afterSecond), "\(afterSecond)")

                let third = try await WorkProcess.run(command + ["--resume", file])
                #expect(third.status == 0, "\(third.messages)")
                #expect(!FileManager.default.fileExists(atPath: file))
                #expect(try await cluster.names() == Set(Self.names("spared:", 300)))
            }
        }

        @Test("'expire' and 'persist' act with --yes only")
        func expiry() async throws {
            try await Self.withCluster { cluster, url in
                let names = Self.names("k:", 1_500)
                try await cluster.set(names)
                let expire = [
                    "expire", url, "--match", "k:*", "--ttl", "1h", "--jitter", "10m", "--only", "nx",
                ]
                let dry = try await WorkProcess.run(expire)
                #expect(dry.status == 0 && dry.output.contains("1,500 keys would be given an expiry"))
                #expect(try await cluster.lifetimes(of: names).values.allSatisfy { $0 == -1 })
                let done = try await WorkProcess.run(expire + ["--yes", "--format", "json"])
                #expect(try WorkProcess.json(done.output)["done"] as? Int == 1_500)
                let times = try await cluster.lifetimes(of: names).values
                #expect(times.allSatisfy { (3_400_000...4_200_000).contains($0) })
                let persist = try await WorkProcess.run(["persist", url, "--match", "k:*", "--yes"])
                #expect(persist.status == 0 && persist.output.contains("1,500 keys persisted"))
                #expect(try await cluster.lifetimes(of: names).values.allSatisfy { $0 == -1 })
            }
        }

        @Test("'exec' prints the reply for every key, and writes with --yes only")
        func exec() async throws {
            try await Self.withCluster { cluster, url in
                let names = Self.names("k:", 2_000)
                try await cluster.set(names + Self.names("other:", 200))
                try await cluster.command(
                    try await cluster.owners()[KeySlot.of(Array("k:\u{00ff}".utf8))],
                    "LPUSH",
                    "k:\u{00ff}",
                    "element"
                )
                let usage = try await WorkProcess.run([
                    "exec", url, "--match", "k:*", "--", "MEMORY", "USAGE", "{}",
                ])
                #expect(usage.status == 0, "\(usage.messages)")
                #expect(usage.lines.count == 2_001)
                for line in usage.lines {
                    let fields = line.split(separator: "\t")
                    #expect(fields.count == 2 && fields[0].hasPrefix("k:") && Int(fields[1]) ?? 0 > 20)
                }
                let get = try await WorkProcess.run(
                    ["exec", url, "--match", "k:*", "--format", "json", "--", "get", "{}"]
                )
                #expect(get.status == 1, "the list refuses")
                let objects = try get.lines.map { try WorkProcess.json($0) }
                #expect(objects.count { $0["reply"] as? String == "a value" } == 2_000)
                #expect(objects.count { ($0["error"] as? String)?.hasPrefix("WRONGTYPE") == true } == 1)
                let report = try #require(objects.last?["report"] as? [String: Any])
                #expect(report["complete"] as? Bool == true && report["done"] as? Int == 2_000)

                let before = try await cluster.names()
                let copy = ["--", "SET", "copy:{}", "1"]
                let set = ["exec", url, "--match", "k:*", "--type", "string"]
                let dry = try await WorkProcess.run(set + copy)
                #expect(
                    dry.status == 0 && dry.output.contains("DRY RUN") && dry.output.contains("SET copy:k:")
                )
                #expect(try await cluster.names() == before)
                let done = try await WorkProcess.run(set + ["--yes"] + copy)
                #expect(done.status == 0 && done.lines.allSatisfy { $0.hasSuffix("\tOK") })
                #expect(try await cluster.names() == before.union(Self.names("copy:k:", 2_000)))
            }
        }

        @Test("'exec' refuses what is no command on one key, blocks, or is for administrators")
        func unfit() async throws {
            let url = try await QuietCluster.cluster.nodes[0].address
            for (command, words) in [
                (["MGET", "{}", "b"], "2 keys"), (["CONFIG", "GET", "{}"], "administrators"),
                (["BLPOP", "{}", "0"], "block"), (["PUBLISH", "{}", "x"], "channels"),
                (["NOSUCH", "{}"], "no command NOSUCH"), (["SET", "{}"], "SET"),
                (["SET", "a", "{}"], "placeholder"),
                (["OBJECT", "NOSUCH", "{}"], "OBJECT"), (["WATCH", "{}"], "connection"),
                (["MIGRATE", "h", "1", "{}", "0", "10"], "copy"), (["SET", "{}", "1"], "--all"),
            ] {
                let outcome = try await WorkProcess.run(["exec", url, "--"] + command)
                #expect(outcome.status == 64, "\(command): \(outcome)")
                #expect(outcome.messages.contains(words), "\(command): \(outcome.messages)")
                #expect(outcome.output.isEmpty)
            }
        }
    }
}
