import ClusterScan
import InMemoryLogging
import InMemoryTracing
import Logging
import MetricsTestKit
import TestCluster
import Testing
import Tracing

extension IntegrationTests {
    @Suite("Telemetry")
    struct TelemetryTests {
        @Test(
            "metrics are what is there and what servers count themselves",
            arguments: [ScanStrategy.scan, .slots]
        )
        func numbers(strategy: ScanStrategy) async throws {
            let commands = [
                "scan": "SCAN", "cluster|getkeysinslot": "CLUSTER GETKEYSINSLOT",
                "cluster|countkeysinslot": "CLUSTER COUNTKEYSINSLOT", "cluster|slots": "CLUSTER SLOTS",
                "ttl": "TTL",
            ]
            let cluster = try await QuietCluster.cluster
            let witness = Witness()
            let scanner = witness.scanner(of: cluster, name: "counted")
            let before = try await cluster.calls(of: Array(commands.keys))
            let batches = scanner.batches(options: ScanOptions(strategy: strategy))
            var batchCount = 0
            var ttls: [KeyCommand] = []
            for try await batch in batches {
                batchCount += 1
                if ttls.isEmpty {
                    ttls = batch.keys.map { KeyCommand("TTL", key: $0.bytes, isRepeatable: true) }
                }
            }
            #expect(try await scanner.send(ttls).count == ttls.count)
            let after = try await cluster.calls(of: Array(commands.keys))
            for (theirs, ours) in commands {
                let made = after[theirs, default: 0] - before[theirs, default: 0]
                #expect(witness.total("calls_total", ("command", ours), ("outcome", "ok")) == made, "\(ours)")
                #expect(witness.total("calls_total", ("command", ours)) == made, "\(ours)")
            }
            #expect(witness.total("keys_total") == QuietCluster.names.count)
            let report = try #require(await batches.report)
            #expect(witness.total("batches_total") == report.batches)
            #expect(batchCount <= report.batches)
            #expect(witness.total("lanes_total") == report.lanes)
            #expect(witness.total("topology_loads_total") == report.topologyLoads)
            #expect(witness.total("lane_restarts_total") == 0 && witness.total("retries_total") == 0)
            #expect(witness.total("iterations_total", ("outcome", "complete")) == 1)
            #expect(witness.total("iterations_total") == 1)
            #expect(witness.level("slots_remaining") == 0 && witness.level("iterations_running") == 0)
            let timer = try #require(
                witness.metrics.timers(label: "cluster_scan_call_duration_seconds")
                    .first { $0.dimensions.contains { $0.1 == "CLUSTER SLOTS" } }
            )
            #expect(timer.values.allSatisfy { $0 > 10_000 && $0 < 10_000_000_000 } && !timer.values.isEmpty)
            // All names travelled, and little else.
            let bytes = QuietCluster.names.reduce(0) { $0 + $1.count }
            let received = witness.total("received_bytes_total")
            #expect(received > bytes && received < 4 * bytes)
            await scanner.shutDown()
            try await cluster.waitForNoConnections(named: "counted")
            #expect(witness.level("connections_open") == 0)
            // Three of the stream and one of commands: which node serves which slots is known from the
            // stream.
            #expect(witness.total("connections_opened_total") == 4)
            #expect(witness.total("connections_failed_total") == 0)
        }

        @Test("spans of an iteration are one tree below the caller's span, and all of them end")
        func tree() async throws {
            let cluster = try await QuietCluster.cluster
            let witness = Witness()
            let scanner = witness.scanner(of: cluster)
            let batches = scanner.batches(options: ScanOptions(strategy: .scan))
            try await witness.tracer.withSpan("caller") { _ in
                for try await _ in batches {}
            }
            let report = try #require(await batches.report)
            #expect(witness.tracer.activeSpans.isEmpty)
            let caller = try #require(witness.spans("caller").first)
            let whole = try #require(witness.spans("ClusterScan.iteration").first)
            #expect(whole.parentSpanID == caller.spanID)
            #expect(whole["db.system.name"] == "redis")
            #expect(whole["cluster_scan.outcome"] == "complete")
            #expect(whole["cluster_scan.keys"] == "\(QuietCluster.names.count)")
            let lanes = witness.spans("ClusterScan.lane")
            #expect(lanes.count == 3 && lanes.allSatisfy { $0.parentSpanID == whole.spanID })
            let ports = Set(cluster.primaries.prefix(3).map { "\($0.port)" })
            #expect(Set(lanes.compactMap { $0["server.port"] }) == ports)
            let ids = Set(cluster.primaries.prefix(3).map(\.id))
            #expect(Set(lanes.compactMap { $0["cluster_scan.node_id"] }) == ids)
            let pages = witness.spans("SCAN")
            #expect(pages.count == report.pages)
            let owner = Dictionary(uniqueKeysWithValues: lanes.map { ($0.spanID, $0["server.port"]) })
            for page in pages {
                #expect(page.kind == .client)
                #expect(owner[page.parentSpanID ?? ""] == page["server.port"])
                #expect(page["db.operation.name"] == "SCAN")
                #expect(page["server.address"] == cluster.nodes[0].host)
                #expect(page.status == nil && page.errors.isEmpty)
            }
            let keys = pages.compactMap { $0["db.response.returned_rows"].flatMap { Int($0) } }.reduce(0, +)
            #expect(keys == QuietCluster.names.count)
            #expect(Set(witness.tracer.finishedSpans.map(\.traceID)).count == 1)
            #expect(witness.tracer.finishedSpans.count == 1 + 1 + 3 + pages.count)

            // Pages and commands have spans of their own, below whoever calls.
            witness.tracer.clearFinishedSpans()
            try await witness.tracer.withSpan("caller") { _ in
                let page = try await scanner.scan(.start, options: ScanOptions(strategy: .slots))
                let ttls = page.keys.map { KeyCommand("TTL", key: $0.bytes, isRepeatable: true) }
                _ = try await scanner.send(ttls)
            }
            let page = try #require(witness.spans("ClusterScan.page").first)
            let sent = try #require(witness.spans("ClusterScan.commands").first)
            let second = try #require(witness.spans("caller").first)
            #expect(page.parentSpanID == second.spanID && sent.parentSpanID == second.spanID)
            #expect(sent["db.operation.name"] == "TTL")
            let bursts = witness.spans("CLUSTER GETKEYSINSLOT") + witness.spans("CLUSTER COUNTKEYSINSLOT")
            #expect(!bursts.isEmpty && bursts.allSatisfy { $0.parentSpanID == page.spanID })
            #expect(witness.tracer.activeSpans.isEmpty)
            await scanner.shutDown()
        }

        @Test("a crash and its failover show in messages, metrics and spans")
        func failover() async throws {
            var options = LocalCluster.Options()
            options.nodeTimeout = .milliseconds(1_500)
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(SampleKeys(count: 20_000, seed: 33))
                try await cluster.waitForReplicas()
                let witness = Witness()
                let scanner = witness.scanner(of: cluster)
                let batches = scanner.batches(
                    options: ScanOptions(count: 100, strategy: .scan, readAheadBytes: 10_000)
                )
                let victim = cluster.nodes[1]
                _ = try await KeyTally(of: batches, afterBatches: 5, from: victim.nodeAddress) {
                    try await cluster.kill(1)
                }
                let report = try #require(await batches.report)
                #expect(report.isComplete && report.restarts > 0)
                #expect(witness.total("lane_restarts_total") == report.restarts)
                #expect(witness.total("retries_total") == report.retries)
                #expect(witness.total("connections_failed_total") > 0)

                let address = Logger.MetadataValue.string(victim.address)
                let unanswered = witness.messages("node does not answer", .notice)
                #expect(unanswered.contains { $0.metadata["cluster_scan_address"] == address })
                let count = unanswered.count { $0.metadata["cluster_scan_address"] == address }
                #expect(count == 1, "however often it is tried")
                let restarted = try #require(
                    (witness.messages("lane restarted", .notice)
                        + witness.messages("slots have to be read again", .notice)).first
                )
                #expect(restarted.metadata["cluster_scan_node_id"] == .string(victim.id))
                #expect(restarted.metadata["cluster_scan_iteration"] != nil)
                #expect(!witness.logs.entries.contains { $0.level > .notice })

                #expect(witness.tracer.activeSpans.isEmpty)
                let lanes = witness.spans("ClusterScan.lane")
                let broken = lanes.filter { $0.status?.code == .error }
                #expect(!broken.isEmpty)
                #expect(broken.allSatisfy { $0["cluster_scan.node_id"] == victim.id })
                #expect(lanes.count == 3 + broken.count)
                let whole = try #require(witness.spans("ClusterScan.iteration").first)
                #expect(whole["cluster_scan.outcome"] == "complete" && whole.status == nil)
                #expect(whole["cluster_scan.restarts"] == "\(report.restarts)")
                await scanner.shutDown()
            }
        }

        @Test("neither passwords nor patterns nor names of keys are told, whatever goes wrong")
        func secrets() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.password = "hidden-word"
            // Such a server repeats the arguments of what it does not know.
            options.configuration = [#"rename-command SCAN """#]
            try await LocalCluster.with(options) { cluster in
                try await cluster.command(0, "SET", "personal:anna", "private")
                let witness = Witness()
                let scanner = witness.scanner(of: cluster)
                let error = await #expect(throws: ClusterScanError.self) {
                    for try await _ in scanner.batches(
                        match: "personal:*",
                        options: ScanOptions(strategy: .scan)
                    ) {}
                }
                #expect(error?.message.contains("personal") == true, "the caller is told all")
                await #expect(throws: ClusterScanError.self) {
                    try await scanner.scan(.start, match: "personal:*", options: ScanOptions(strategy: .scan))
                }
                let commands = ["GET", "DUMP", "NOSUCH", "OBJECT"].map {
                    KeyCommand($0, key: "personal:anna".utf8, isRepeatable: true)
                }
                _ = try await scanner.send(commands)
                let wrong = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(password: "wrong-word"),
                    telemetry: witness.telemetry(labelsNodes: true)
                )
                await #expect(throws: ClusterScanError.self) { for try await _ in wrong.batches() {} }
                await wrong.shutDown()
                await scanner.shutDown()
                let told = witness.everything
                for words in ["personal", "anna", "private", "hidden-word", "wrong-word"] {
                    #expect(!told.contains(words), "\(words)")
                }
                #expect(told.contains("iteration failed") && told.contains("unknown command"))
                #expect(told.contains("authenticationFailed") && told.contains("NOSUCH"))
                let refused = witness.spans("SCAN")
                #expect(refused.count == 2, "one of the stream, one of the page")
                for span in refused {
                    #expect(span["error.type"] == "permissionDenied" && span.errors.count == 1)
                    #expect(span.status?.code == .error)
                }
                let calls = witness.total("calls_total", ("command", "SCAN"), ("outcome", "error"))
                #expect(calls == 2)
                #expect(witness.total("iterations_total", ("outcome", "failed")) == 2)
                #expect(witness.total("calls_total", ("command", "OBJECT"), ("outcome", "error")) == 1)
            }
        }

        @Test("by default nothing is told, not even to a logging system that tells everything")
        func silence() async throws {
            let logs = InMemoryLogHandler()
            LoggingSystem.bootstrap { _ in
                var handler = logs
                handler.logLevel = .trace
                return handler
            }
            let scanner = try await QuietCluster.cluster.scanner()
            #expect(try await KeyTally(of: scanner.batches()).difference(from: QuietCluster.names) == nil)
            _ = try await scanner.scan(.start)
            await scanner.shutDown()
            #expect(logs.entries.isEmpty)
        }
    }
}
