import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// A server that was stopped (SIGSTOP): the kernel takes connections and bytes, and nobody answers.
    @Suite("A server that hangs")
    struct HangingServerTests {
        private static let sample = SampleKeys(count: 20_000, seed: 65)
        private static let names = Set(sample.map(\.name))
        private static let limits = ConnectionConfiguration(
            connectTimeout: .milliseconds(500),
            commandTimeout: .milliseconds(500)
        )

        private static func with(
            replicas: Int,
            nodeTimeout: Duration,
            _ body: (LocalCluster) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = replicas
            options.nodeTimeout = nodeTimeout
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(sample)
                try await cluster.waitForReplicas()
                try await body(cluster)
            }
        }

        private static func scanner(_ cluster: LocalCluster, from node: Int = 0) -> ClusterScanner {
            ClusterScanner(seeds: [cluster.nodes[node].nodeAddress], connection: limits)
        }

        @Test("one that hangs before it is asked anything is waited for, and given up with its slots in time")
        func beforeConnecting() async throws {
            try await Self.with(replicas: 0, nodeTimeout: .seconds(15)) { cluster in
                let slots = try #require(
                    try await Self.scanner(cluster).topology().shards
                        .first { $0.primary.id.description == cluster.nodes[1].id }?.slots
                )
                try cluster.pause(1)
                let reachable = Self.names.filter { !slots.contains(HashSlot(key: $0)) }
                for strategy in [ScanStrategy.scan, .slots] {
                    var tally = KeyTally()
                    let started = ContinuousClock.now
                    let error = await #expect(throws: ClusterScanError.self) {
                        let options = ScanOptions(strategy: strategy, patience: .seconds(2))
                        for try await batch in Self.scanner(cluster).batches(options: options) {
                            tally.add(batch.keys)
                        }
                    }
                    #expect(ContinuousClock.now - started < .seconds(8))
                    #expect(error?.slots == slots)
                    #expect(error?.message.contains("no reply within 0.5 seconds") == true)
                    #expect(tally.difference(from: reachable) == nil)
                    // What is missing, and nothing else, comes from the error's cursor once it is awake.
                    try cluster.resume(1)
                    let cursor = try #require(error?.cursor)
                    for try await batch in Self.scanner(cluster).batches(from: cursor) {
                        tally.add(batch.keys)
                    }
                    #expect(tally.difference(from: Self.names) == nil)
                    try cluster.pause(1)
                }
                // As a seed it costs its time limit, and the next one is asked.
                let started = ContinuousClock.now
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[1].nodeAddress, cluster.nodes[0].nodeAddress],
                    connection: Self.limits
                )
                _ = try await scanner.topology()
                #expect(ContinuousClock.now - started < .seconds(3))
                await scanner.shutDown()
                // Awake again, it is read by an iteration that met it asleep.
                let waking = Task {
                    try await Task.sleep(for: .seconds(2))
                    try cluster.resume(1)
                }
                let batches = Self.scanner(cluster).batches(options: ScanOptions(patience: .seconds(20)))
                #expect(try await KeyTally(of: batches).difference(from: Self.names) == nil)
                try await waking.value
            }
        }

        @Test(
            "one that hangs in the middle is replaced by its replica, and no key is lost",
            arguments: [ScanStrategy.scan, .slots]
        )
        func replacedInTheMiddle(strategy: ScanStrategy) async throws {
            try await Self.with(replicas: 1, nodeTimeout: .milliseconds(1500)) { cluster in
                let options = ScanOptions(count: 100, strategy: strategy, readAheadBytes: 10_000)
                let batches = Self.scanner(cluster, from: 4).batches(options: options)
                let address = cluster.nodes[2].nodeAddress
                let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                    try cluster.pause(2)
                }
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                let report = try #require(await batches.report)
                #expect(report.isComplete && report.retries > 0)
                try cluster.resume(2)
            }
        }

        @Test(
            "commands whose server hangs are answered by the replica that took over, or reported as unknown"
        )
        func commands() async throws {
            try await Self.with(replicas: 1, nodeTimeout: .milliseconds(1500)) { cluster in
                let scanner = Self.scanner(cluster)
                // Connected, with the topology known; then asleep with bursts under way.
                _ = try await scanner.send([KeyCommand("GET", key: Array("a".utf8), isRepeatable: true)])
                let names = Array(Self.names)
                let lengths = names.map { KeyCommand("TYPE", key: $0, isRepeatable: true) }
                _ = try await scanner.send(lengths)
                try cluster.pause(0)
                let started = ContinuousClock.now
                let replies = try await scanner.send(lengths, options: CommandOptions(patience: .seconds(30)))
                #expect(ContinuousClock.now - started < .seconds(25))
                let answered = replies.count {
                    if case .value(let type) = $0 { type.string != "none" } else { false }
                }
                #expect(answered == names.count)
                try cluster.resume(0)
                try await cluster.waitUntilAgreed()

                // What may not run twice is not sent twice: of it the outcome is unknown.
                let pushes = names.map { KeyCommand("RPUSH", key: $0 + [0], [[0x31]], isRepeatable: false) }
                let owners = try await cluster.owners()
                let asleep = owners[KeySlot.of(names[0])]
                try cluster.pause(asleep)
                let outcomes = try await scanner.send(pushes, options: CommandOptions(patience: .seconds(30)))
                for (name, outcome) in zip(names, outcomes) {
                    switch outcome {
                    case .value(let length): #expect(length == .integer(1))
                    case .outcomeUnknown: #expect(owners[KeySlot.of(name + [0])] == asleep)
                    default: Issue.record("\(outcome)")
                    }
                }
                #expect(outcomes.contains { if case .outcomeUnknown = $0 { true } else { false } })
                try cluster.resume(asleep)
                await scanner.shutDown()
            }
        }

        @Test("the command line ends with the right status, the slots and a cursor, and goes on from there")
        func commandLine() async throws {
            try await Self.with(replicas: 0, nodeTimeout: .seconds(15)) { cluster in
                let url = cluster.nodes[0].address
                let limits = ["--command-timeout", "500ms", "--patience", "2s"]
                try cluster.pause(2)
                let started = ContinuousClock.now
                let half = try await ToolProcess.run(["keys", url] + limits)
                #expect(ContinuousClock.now - started < .seconds(8))
                #expect(half.status == 69)
                #expect(half.messages.contains("no reply within 0.5"), "\(half.messages)")
                #expect(half.messages.contains(cluster.nodes[2].address))
                let cursor = try #require(half.messages.firstMatch(of: /--cursor (\S+)/)?.1)
                // The same limits in a profile.
                let folder = FileManager.default.temporaryDirectory.appending(path: "hanging-\(UUID())")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                let file = folder.appending(path: "config")
                try "command-timeout = 500ms\nconnect-timeout = 1s\npatience = 1s\nmap = 10.0.0.5=127.0.0.1\n"
                    .write(to: file, atomically: true, encoding: .utf8)
                let again = ContinuousClock.now
                let profiled = try await ToolProcess.run(["keys", url, "--config", file.path])
                #expect(profiled.status == 69 && ContinuousClock.now - again < .seconds(8))
                try cluster.resume(2)
                let rest = try await ToolProcess.run([
                    "keys", url, "--cursor", String(cursor),
                ])
                #expect(rest.status == 0, "\(rest.messages)")
                #expect(try Set(half.names + rest.names) == Self.names)
            }
        }
    }
}
