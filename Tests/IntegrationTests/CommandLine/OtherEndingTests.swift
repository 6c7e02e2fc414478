import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// What ``EndingTests`` is for commands that go on from a checkpoint, for those that have none. What was
    /// handed out or done, and what the command says of that, are the same.
    ///
    /// | | complete | incomplete | interrupted | failed | output full |
    /// |---|---|---|---|---|---|
    /// | `stats`: the keys that are in the numbers | 0 | 69 | 130 | 69 | 74 |
    /// | `members`: lines, and the cursor that is named | 0 | – | 130 | 69 | 74 |
    /// | `restore`: keys that are there, and those that are not | 0 | – | 130 | 69 | 74 |
    @Suite("Ways to end, without a checkpoint")
    struct OtherEndingTests {
        private static let names = Set((0..<20_000).map { Array("out:\($0)".utf8) })
        /// In the last third of the slots, which is lost where a shard is.
        private static let collection = "{a}:collection"
        private static let memberCount = 400_000

        @Test("stats, members and restore say what they did, however they end")
        func table() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(1)
            options.configuration = ["appendonly yes", "cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                let run = Run(cluster: cluster, url: cluster.nodes[0].address, tool: try TransferTool())
                try await run.load()
                try await run.statistics()
                try await run.members()
                try await run.restore()
                try await run.failing()
            }
        }

        private struct Run: Sendable {
            let cluster: LocalCluster
            let url: String
            let tool: TransferTool

            func load() async throws {
                try await cluster.set(Array(OtherEndingTests.names))
                try await cluster.withConnection(to: 2) { connection in
                    for start in stride(from: 0, to: OtherEndingTests.memberCount, by: 10_000) {
                        let members = (start..<start + 10_000).map { "m:\($0)" as any RespArgument }
                        try connection.checked(["SADD", OtherEndingTests.collection] + members)
                    }
                }
                _ = try await expect(0, "dump \(url) --match 'out:*' -o all.dump")
            }

            @discardableResult
            private func expect(_ status: Int32, _ line: String) async throws -> TransferTool.Outcome {
                let outcome = try await tool.shell("exec $tool \(line)")
                #expect(outcome.status == status, "\(line): \(outcome.messages)")
                return outcome
            }

            /// The same, interrupted while it works.
            private func expectInterrupted(_ line: String) async throws -> TransferTool.Outcome {
                // Nobody reads on before the interrupt: what fills a pipe is not at its end.
                let outcome = try await tool.shell(
                    """
                    rm -f pipe out; mkfifo pipe
                    $tool \(line) > pipe & id=$!
                    exec 3< pipe
                    \(line.hasPrefix("members") ? "head -c 1 <&3 > out" : "sleep 2")
                    kill -INT $id; cat <&3 >> out; wait $id; status=$?; cat out; exit $status
                    """
                )
                #expect(outcome.status == 130, "\(line): \(outcome.messages)")
                return outcome
            }

            private func number(_ pattern: Regex<(Substring, Substring)>, in text: String) -> Int? {
                text.firstMatch(of: pattern).flatMap { Int($0.1.replacing(",", with: "")) }
            }

            // MARK: Statistics

            private func expectKeys(
                _ count: Int?,
                isComplete: Bool,
                _ outcome: TransferTool.Outcome
            ) throws {
                let json = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
                #expect(json?["complete"] as? Bool == isComplete)
                let keys = (json?["total"] as? [String: Any])?["keys"] as? Int
                if let count { #expect(keys == count) }
                if isComplete {
                    #expect(outcome.messages.isEmpty)
                } else {
                    #expect(json?["incomplete_because"] is String)
                    #expect(number(/INCOMPLETE: ([\d,]+) keys?/, in: outcome.messages) == keys)
                }
            }

            private var stats: String { "stats \(url) --match 'out:*' --format json --patience 1s" }

            func statistics() async throws {
                try expectKeys(OtherEndingTests.names.count, isComplete: true, await expect(0, stats))
                let slowly = "--max-keys-per-second 1k"
                try expectKeys(nil, isComplete: false, await expectInterrupted("\(stats) \(slowly)"))
                try await expect(74, "\(stats) > /dev/full")
            }

            // MARK: Members

            private var members: String { "members '\(OtherEndingTests.collection)' \(url) --count 10" }

            private func lines(_ outcome: TransferTool.Outcome) -> [String] {
                String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").map(String.init)
            }

            /// What was written is what is said, and the cursor that is named leads to the rest.
            private func expectRest(_ outcome: TransferTool.Outcome) async throws {
                let first = lines(outcome)
                let told = number(/INCOMPLETE: ([\d,]+) members?/, in: outcome.messages)
                #expect(told == first.count, "\(outcome.messages)")
                let hint = outcome.messages.firstMatch(of: /--cursor (\S+)/)?.1
                let cursor = try #require(hint, "\(outcome.messages)")
                let rest = try await expect(0, "\(members) --count 10k --cursor \(cursor)")
                #expect(Set(first + lines(rest)).count == OtherEndingTests.memberCount)
            }

            func members() async throws {
                let all = try await expect(0, "\(members) --count 10k")
                #expect(lines(all).count == OtherEndingTests.memberCount && all.messages.isEmpty)
                try await expectRest(expectInterrupted(members))
                try await expect(74, "\(members) > /dev/full")
            }

            // MARK: Restoring

            private func expectPresent(_ outcome: TransferTool.Outcome, isWhole: Bool) async throws {
                let present = try await cluster.names().filter { $0.starts(with: "out:".utf8) }.count
                let told = number(/([\d,]+) keys? restored/, in: outcome.messages)
                #expect(isWhole ? told == nil : told == present, "\(present): \(outcome.messages)")
                #expect((present == OtherEndingTests.names.count) == isWhole)
            }

            private func removeNames() async throws {
                try await expect(0, "delete \(url) --match 'out:*' --yes --quiet")
            }

            func restore() async throws {
                let size = try Data(contentsOf: URL(filePath: tool.path("all.dump"))).count
                try await removeNames()
                let stopped = try await expectInterrupted(
                    "restore - \(url) < <(head -c \(size / 2) all.dump; sleep 4; tail -c +\(size / 2 + 1) all.dump)"
                )
                try await expectPresent(stopped, isWhole: false)
                // Half of it has come when the pipe ends.
                try await removeNames()
                let torn = try await expect(65, "restore - \(url) < <(head -c \(size / 2) all.dump)")
                try await expectPresent(torn, isWhole: false)
                // A file is checked before anything is done.
                try await removeNames()
                _ = try await tool.shell("head -c \(size / 2) all.dump > half.dump")
                let half = try await expect(65, "restore half.dump \(url)")
                #expect(half.messages.contains("Nothing was restored"))
                #expect(try await cluster.names().filter { $0.starts(with: "out:".utf8) }.isEmpty)
                try await expect(74, "restore all.dump --dry-run > /dev/full")
                try await expectPresent(expect(0, "restore all.dump \(url)"), isWhole: true)
            }

            // MARK: A shard is lost

            func failing() async throws {
                let reading = Task {
                    try await tool.shell(
                        "$tool \(members) --patience 1s > some; status=$?; cat some; exit $status"
                    )
                }
                let output = tool.path("some")
                try await cluster.wait("members are written") {
                    !(FileManager.default.contents(atPath: output) ?? Data()).isEmpty
                }
                try await cluster.kill(2)
                let broken = try await reading.value
                #expect(broken.status == 69, "\(broken.messages)")
                let left = OtherEndingTests.names.filter { KeySlot.of($0) < 10_923 }.count
                try expectKeys(left, isComplete: false, await expect(69, "\(stats) --allow-uncovered"))
                // How far the others have come when patience ends depends on the machine.
                try expectKeys(nil, isComplete: false, await expect(69, stats))
                let restored = try await expect(69, "restore all.dump \(url) --replace --patience 1s")
                #expect(number(/([\d,]+) keys? restored/, in: restored.messages) == left)
                let missing = number(/([\d,]+) keys? not restored/, in: restored.messages)
                #expect(missing == OtherEndingTests.names.count - left, "\(restored.messages)")

                try await cluster.restart(2)
                try await cluster.waitUntilAgreed()
                try await expectRest(broken)
                try await expectPresent(expect(0, "restore all.dump \(url) --replace"), isWhole: true)
                try expectKeys(OtherEndingTests.names.count, isComplete: true, await expect(0, stats))
            }
        }
    }
}
