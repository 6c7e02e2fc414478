import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Secrets")
    struct SecretTests {
        /// Found nowhere by chance, and unlike itself in a URL.
        private static let password = "Xq7 geheim+%wort"
        private static let inURL = "Xq7%20geheim%2B%25wort"
        /// What must not be found: the password, how URLs write it, its parts, and in Base64.
        private static let traces = [
            "Xq7", "geheim", Data(password.utf8).base64EncodedString(),
            Data(inURL.utf8).base64EncodedString(),
        ]

        @Test(
            "no password is in an output, message, log, cursor, checkpoint, dump or report, however given"
        )
        func nowhere() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = Self.password
            try await LocalCluster.with(options) { cluster in
                let names = (0..<2_000).map { Array("name:\($0)".utf8) }
                try await cluster.set(names)
                try await DumpFolder.with { folder in
                    let address = cluster.nodes[0].address
                    try folder.write(Array((Self.password + "\n").utf8), to: "secret")
                    let profile = "[here]\nurl = redis://:\(Self.inURL)@\(address)\n"
                    try folder.write(Array(profile.utf8), to: "config")
                    try FileManager.default.setAttributes(
                        [.posixPermissions: 0o600],
                        ofItemAtPath: folder.path("config")
                    )
                    let ways: [(arguments: [String], environment: [String: String])] = [
                        (["redis://:\(Self.inURL)@\(address)"], [:]),
                        ([address], ["REDISCLI_AUTH": Self.password]),
                        ([address, "--password-file", folder.path("secret")], [:]),
                        ([], ["CLUSTER_SCAN_URL": "redis://:\(Self.inURL)@\(address)"]),
                        (["--config", folder.path("config"), "--profile", "here"], [:]),
                    ]
                    for (arguments, environment) in ways {
                        try await look(arguments, environment, folder, wanted: 0)
                    }
                    // And when all goes wrong.
                    try await look(["redis://:\(Self.inURL)x@\(address)"], [:], folder, wanted: 77)
                    try await look(["redis://nobody:\(Self.inURL)@\(address)"], [:], folder, wanted: 77)
                    try await look(["redis://:\(Self.inURL)@127.0.0.1:1"], [:], folder, wanted: 69)
                    for wrong in ["redis:/:\(Self.inURL)@h", ":\(Self.inURL)@h:1", "rediss:\(Self.inURL)@h"] {
                        let result = try await ToolProcess.run(["keys", wrong])
                        #expect(result.status != 0)
                        expectNoTrace(in: result.messages + result.lines.joined(), of: ["keys", wrong])
                    }
                }
            }
        }

        /// Runs commands that write all that is ever written, and looks for the password in it.
        private func look(
            _ arguments: [String],
            _ environment: [String: String],
            _ folder: DumpFolder,
            wanted status: Int32
        ) async throws {
            let talk = ["--verbose", "--log-format", "json", "--patience", "0s"]
            let kept = Set(["secret", "config"])
            let commands = [
                [
                    "keys", "--output", folder.path("keys"), "--checkpoint", folder.path("mark"), "--limit",
                    "700",
                ],
                [
                    "keys", "--format", "json", "--limit", "500", "--report", folder.path("report"),
                    "--metrics-file", folder.path("metrics"),
                ], ["dump", "--output", folder.path("dump"), "--report", folder.path("dump.json")],
                ["stats", "--html", folder.path("page.html"), "--format", "json"],
                ["delete", "--match", "name:1*"], ["split", "--parts", "3"], ["nodes"],
            ]
            for command in commands {
                let talks = ["split", "nodes"].contains(command[0]) ? talk.dropLast(2) : talk[...]
                let line = command + talks + arguments
                let result = try await ToolProcess.run(line, environment: environment)
                #expect(
                    [status, command.contains("--limit") ? 0 : status].contains(result.status),
                    "\(line)"
                )
                expectNoTrace(in: String(decoding: result.output, as: UTF8.self) + result.messages, of: line)
                for name in try folder.names where !kept.contains(name) {
                    expectNoTrace(in: String(decoding: try folder.bytes(name), as: UTF8.self), of: line)
                    try FileManager.default.removeItem(atPath: folder.path(name))
                }
            }
        }

        private func expectNoTrace(in text: String, of line: [String]) {
            for trace in Self.traces {
                #expect(!text.contains(trace), "\(line.first ?? "") wrote '\(trace)': \(text.suffix(2_000))")
            }
        }

        @Test("the system shows no password of a process' command line")
        func processList() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.password = Self.password
            try await LocalCluster.with(options) { cluster in
                try await cluster.set((0..<1_000).map { Array("name:\($0)".utf8) })
                // Slow enough to be looked at.
                let url = "redis://:\(Self.inURL)@\(cluster.nodes[0].address)"
                let shown = try await onOwnThread {
                    let process = Process()
                    process.executableURL = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
                    process.arguments = ["keys", url, "--max-calls-per-second", "1", "--count", "10"]
                    process.standardOutput = FileHandle.nullDevice
                    process.standardError = FileHandle.nullDevice
                    try process.run()
                    Thread.sleep(forTimeInterval: 0.5)
                    let list = Process()
                    list.executableURL = URL(filePath: "/bin/ps")
                    list.arguments = ["-ww", "-o", "args=", "-p", "\(process.processIdentifier)"]
                    let output = Pipe()
                    list.standardOutput = output
                    try list.run()
                    let text = try output.fileHandleForReading.readToEnd() ?? Data()
                    list.waitUntilExit()
                    process.terminate()
                    process.waitUntilExit()
                    return String(decoding: text, as: UTF8.self)
                }
                #expect(shown.contains("keys redis://:***"), "\(shown)")
                #expect(shown.contains("@\(cluster.nodes[0].address)"), "\(shown)")
                expectNoTrace(in: shown, of: ["ps"])
            }
        }

        @Test(
            "each connection that replaces a lost one authenticates, and a password changed meanwhile is told"
        )
        func reconnecting() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = Self.password
            try await LocalCluster.with(options) { cluster in
                let names = Set((0..<20_000).map { Array("name:\($0)".utf8) })
                try await cluster.set(Array(names))
                let scanner = cluster.scanner()
                var tally = KeyTally()
                var batches = 0
                for try await batch in scanner.batches(options: ScanOptions(count: 100, strategy: .scan)) {
                    tally.add(batch.keys)
                    batches += 1
                    guard batches % 40 == 0 else { continue }
                    for node in cluster.nodes.indices {
                        try await cluster.command(node, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                    }
                }
                #expect(batches > 200 && tally.names == names)

                // The old password goes, and so do the connections that came in with it.
                var cursor = ScanCursor.start
                var before = KeyTally()
                var isChanged = false
                let error = await #expect(throws: ClusterScanError.self) {
                    for try await batch in scanner.batches(options: ScanOptions(count: 100, strategy: .scan))
                    {
                        before.add(batch.keys)
                        cursor = batch.cursor
                        guard before.total > 5_000, !isChanged else { continue }
                        isChanged = true
                        for node in cluster.nodes.indices {
                            try await cluster.withConnection(to: node) { connection in
                                _ = try connection.checked(["CONFIG", "SET", "requirepass", "other"])
                                _ = try connection.checked([
                                    "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes",
                                ])
                            }
                        }
                    }
                }
                #expect(error?.code == .authenticationFailed, "\(error.map { "\($0)" } ?? "")")
                #expect(error?.cursor != nil)
                await scanner.shutDown()

                let later = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(password: "other")
                )
                for try await batch in later.batches(from: error?.cursor ?? cursor) { before.add(batch.keys) }
                #expect(before.names == names)
                await later.shutDown()
            }
        }
    }
}
