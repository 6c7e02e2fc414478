import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Metrics files and reports of the command line")
    struct MonitoringTests {
        /// What a run left behind.
        private struct Remains {
            let metrics: String
            let report: [String: Any]

            init(_ folder: DumpFolder) throws {
                metrics = String(decoding: try folder.bytes("m.prom"), as: UTF8.self)
                let object = try JSONSerialization.jsonObject(with: Data(folder.bytes("r.json")))
                report = try #require(object as? [String: Any])
            }

            /// The sum of the samples of a metric that have a label.
            func value(_ name: String, _ label: String = "") -> Double? {
                let values = metrics.split(separator: "\n").filter {
                    $0.hasPrefix("cluster_scan_\(name){") && (label.isEmpty || $0.contains(label))
                }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
                return values.isEmpty ? nil : values.reduce(0, +)
            }
        }

        private static func options(_ folder: DumpFolder) -> [String] {
            ["--metrics-file", folder.path("m.prom"), "--report", folder.path("r.json")]
        }

        @Test("whatever reads keys leaves metrics and a report, without secrets and names of keys")
        func everyCommand() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = "hidden-word"
            try await LocalCluster.with(options) { cluster in
                let names = (0..<3_000).map { Array("personal:\($0)".utf8) }
                try await cluster.set(names)
                let url = cluster.nodes[0].address
                let other = cluster.nodes[1].address
                for arguments in [
                    ["keys", url], ["keys", url, "--with", "ttl,type"], ["values", url],
                    ["stats", url, "--format", "json"], ["dump", url, "--output", "DUMP"],
                    [
                        "copy", url, "--to", other, "--rename-prefix", "personal:=copied:",
                        "--match", "personal:*",
                    ],
                    ["expire", url, "--ttl", "1h", "--match", "personal:*", "--yes"],
                    ["persist", url, "--match", "personal:*", "--yes"],
                    ["exec", url, "--match", "personal:*", "--yes", "--", "STRLEN", "{}"],
                    ["delete", url, "--match", "copied:*", "--yes"],
                ] {
                    try await DumpFolder.with { folder in
                        let arguments = arguments.map { $0 == "DUMP" ? folder.path("keys.dump") : $0 }
                        let index = arguments.firstIndex(of: "--") ?? arguments.endIndex
                        let result = try await ToolProcess.run(
                            arguments[..<index] + Self.options(folder) + arguments[index...],
                            environment: [
                                "REDISCLI_AUTH": "hidden-word",
                                "CLUSTER_SCAN_TO_PASSWORD": "hidden-word",
                            ]
                        )
                        #expect(result.status == 0, "\(arguments): \(result.messages)")
                        let remains = try Remains(folder)
                        #expect(remains.value("complete") == 1, "\(arguments)")
                        #expect(remains.value("running") == 0 && remains.value("exit_status") == 0)
                        let moment = Date.now.timeIntervalSince1970
                        let success = try #require(remains.value("last_success_timestamp_seconds"))
                        #expect(moment - success < 10 && moment >= success)
                        let keys = try #require(remains.value("keys_total"))
                        #expect(keys >= 3_000, "\(arguments)")
                        #expect(remains.report["keys"] as? Int == Int(keys))
                        #expect(remains.report["complete"] as? Bool == true)
                        #expect(remains.report["command"] as? String == arguments[0])
                        #expect(remains.report["uncovered"] as? String == "")
                        #expect((remains.report["nodes"] as? [Any])?.count == 3)
                        #expect(remains.metrics.contains("subcommand=\"\(arguments[0])\""))
                        #expect(!remains.metrics.contains("node="), "nodes are told apart in the report only")
                        for secret in ["hidden-word", "personal", "copied"] {
                            #expect(!remains.metrics.contains(secret), "\(arguments)")
                            #expect(!"\(remains.report)".contains(secret), "\(arguments)")
                        }
                    }
                }
            }
        }

        @Test("metrics are brought up to date on the way, and a signal leaves the last word and a cursor")
        func signals() async throws {
            let url = try await QuietCluster.cluster.nodes[0].address
            for (number, status) in [(SIGINT, 130), (SIGTERM, 143)] {
                try await DumpFolder.with { folder in
                    let running = Task {
                        let slowly = ["--strategy", "scan", "--count", "10", "--max-calls-per-second", "20"]
                        return try await ToolProcess.run(
                            ["keys", url, "--metrics-every", "200ms"] + slowly + Self.options(folder),
                            signals: [(3, number)]
                        )
                    }
                    try await Task.sleep(for: .seconds(2))
                    let before = try Remains(folder)
                    #expect(before.value("running") == 1 && before.value("complete") == 0)
                    #expect(before.value("exit_status") == nil)
                    #expect(before.value("keys_total") ?? 0 > 0)
                    #expect(before.value("slots_remaining") ?? 0 > 0)
                    #expect(before.report["status"] as? String == "running")
                    let result = try await running.value
                    #expect(result.status == Int32(status))
                    let after = try Remains(folder)
                    #expect(after.value("running") == 0 && after.value("complete") == 0)
                    #expect(after.value("exit_status") == Double(status))
                    #expect(after.value("last_success_timestamp_seconds") == nil)
                    #expect(after.value("keys_total") ?? 0 > before.value("keys_total") ?? 0)
                    #expect(after.value("iterations_total", "outcome=\"cancelled\"") == 1)
                    #expect(after.report["status"] as? String == "stopped")
                    #expect(after.report["exit_status"] as? Int == status)
                    let token = try #require(after.report["cursor"] as? String)
                    let inspection = try #require(try ScanCursor(token).inspection)
                    let missing = inspection.wanted.subtracting(inspection.covered)
                    #expect(after.report["uncovered"] as? String == missing.description)
                    #expect(try folder.names == ["m.prom", "r.json"])
                }
            }
        }

        @Test("a run that fails says why, and one whose files cannot be written does not begin")
        func failures() async throws {
            try await DumpFolder.with { folder in
                let nobody = try await ToolProcess.run(
                    ["keys", "127.0.0.1:1"] + Self.options(folder)
                )
                #expect(nobody.status == 69)
                let remains = try Remains(folder)
                #expect(remains.value("exit_status") == 69 && remains.value("complete") == 0)
                #expect(remains.value("connections_failed_total") ?? 0 > 0)
                #expect(remains.report["status"] as? String == "failed")
                let unwritable = try await ToolProcess.run(
                    ["keys", "127.0.0.1:1", "--metrics-file", folder.path("no/m.prom")]
                )
                #expect(unwritable.status == 74)
                #expect(unwritable.messages.contains("--metrics-file: cannot open"))
                let said = try await ToolProcess.run(["nodes", "127.0.0.1:1", "--report", "-"])
                #expect(said.status == 69 && said.messages.contains(#""exit_status":69"#))
            }
        }
    }
}
