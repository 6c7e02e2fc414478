import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Manners of the command line")
    struct MannersTests {
        @Test("members, profiles, messages, signals and exit statuses, as a process shows them")
        func everything() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = "secret"
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                let names = (0..<10_000).map { Array("name:\($0)".utf8) }
                var commands = names.map { KeyCommand("SADD", key: "set".utf8, [$0], isRepeatable: true) }
                commands += names.map { KeyCommand("SET", key: $0, [[0x31]], isRepeatable: true) }
                _ = try await scanner.send(commands)
                await scanner.shutDown()
                let url = cluster.nodes[0].address
                let auth = ["REDISCLI_AUTH": "secret"]
                try await members(url, auth, names: Set(names))
                try await settings(url)
                try await messages(url, auth)
                try await signals(url, auth)
            }
        }

        private func members(_ url: String, _ auth: [String: String], names: Set<[UInt8]>) async throws {
            let all = try await ToolProcess.run(["members", "set", url], environment: auth)
            #expect(all.status == 0 && all.messages.isEmpty, "\(all.messages)")
            #expect(Set(all.lines.map { Array($0.utf8) }) == names)
            // Page after page, each from the cursor that the one before it told.
            var found = Set<[UInt8]>()
            var cursor: String? = "0"
            var runs = 0
            while let token = cursor {
                runs += 1
                try #require(runs < 100)
                let page = try await ToolProcess.run(
                    ["members", "set", url, "--limit", "2000", "--format", "json", "--cursor", token],
                    environment: auth
                )
                #expect(page.status == 0, "\(page.messages)")
                for line in page.lines.dropLast() {
                    found.insert(Array(line.dropFirst(#"{"member":""#.count).dropLast(2).utf8))
                }
                let report = try #require(page.lines.last)
                cursor = report.firstMatch(of: /"cursor":"([^"]+)"/).map { String($0.1) }
                #expect(report.contains(#""complete":\#(cursor == nil)"#))
            }
            #expect(found == names && runs > 5)
            let missing = try await ToolProcess.run(["members", "nothing", url], environment: auth)
            #expect(missing.status == 66 && missing.messages.contains("there is no such key"))
            let wrong = try await ToolProcess.run(["members", "name:1", url], environment: auth)
            #expect(wrong.status == 64 && wrong.messages.contains("holds a string"))
            let damaged = try await ToolProcess.run(
                ["members", "set", url, "--cursor", "m.x"],
                environment: auth
            )
            #expect(damaged.status == 65)
        }

        private func settings(_ url: String) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.path + "/config"
            try Data(
                "[here]\nurl = \(url)\npassword = secret\n[asked]\nurl = \(url)\npassword-command = echo secret\n"
                    .utf8
            )
            .write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            let variables = ["CLUSTER_SCAN_CONFIG": file]
            for (arguments, environment, status) in [
                (["--profile", "here"], variables, 0), (["--profile", "asked"], variables, 0),
                (["--config", file, "--profile", "here"], [:], 0),
                ([], variables.merging(["CLUSTER_SCAN_PROFILE": "here"]) { $1 }, 0),
                ([], ["CLUSTER_SCAN_URL": url, "REDISCLI_AUTH": "secret"], 0),
                ([], ["CLUSTER_SCAN_URL": "redis://:secret@\(url)"], 0),
                // A variable has precedence over the profile, and is wrong.
                (["--profile", "here"], variables.merging(["REDISCLI_AUTH": "no"]) { $1 }, 77),
                ([url], variables, 77), (["--profile", "nowhere"], variables, 78),
                (["--config", file + "x"], [:], 78),
            ] as [([String], [String: String], Int32)] {
                let result = try await ToolProcess.run(["nodes"] + arguments, environment: environment)
                #expect(result.status == status, "\(arguments) \(environment): \(result.messages)")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            let open = try await ToolProcess.run(["nodes", "--profile", "here"], environment: variables)
            #expect(open.status == 78 && open.messages.contains("chmod 600"))
        }

        private func messages(_ url: String, _ auth: [String: String]) async throws {
            let quiet = try await ToolProcess.run(["keys", url], environment: auth)
            #expect(quiet.status == 0 && quiet.messages.isEmpty)
            let verbose = try await ToolProcess.run(["keys", url, "--verbose"], environment: auth)
            for words in ["the cluster has 3 shards", ": reading ", ": covered ", "Complete: 10,001 keys"] {
                #expect(verbose.messages.contains(words), "\(words)")
            }
            #expect(!verbose.messages.contains("\u{1B}"))
            let json = try await ToolProcess.run(
                ["keys", url, "--log-format", "json", "--limit", "100"],
                environment: auth
            )
            let lines = json.messages.split(separator: "\n")
            #expect(lines.count == 2)
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["level"] as? String == "info")
                #expect((object?["time"] as? String)?.count == 20)
            }
            #expect(lines.last?.contains(#""cursor":"A"#) == true)
            let failed = try await ToolProcess.run(["nodes", url, "--log-format", "json"])
            #expect(failed.status == 77)
            #expect(failed.messages.hasPrefix(#"{"time":""#) && failed.messages.contains(#""level":"error""#))
        }

        private func signals(_ url: String, _ auth: [String: String]) async throws {
            let slowly = ["--count", "10", "--max-calls-per-second", "20"]
            for (number, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
                let stopped = try await ToolProcess.run(
                    ["keys", url, "--strategy", "scan"] + slowly,
                    environment: auth,
                    signals: [(2, number)]
                )
                #expect(stopped.status == status)
                #expect(stopped.messages.contains("INCOMPLETE") && stopped.messages.contains("--cursor "))
                #expect(!stopped.lines.isEmpty)
            }
        }

        @Test("Ctrl-C while members are read leaves a cursor; the second time it ends at once")
        func interrupted() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                let scanner = server.scanner()
                let names = (0..<20_000).map { Array("name:\($0)".utf8) }
                _ = try await scanner.send(
                    names.map { KeyCommand("SADD", key: "set".utf8, [$0], isRepeatable: true) }
                )
                await scanner.shutDown()
                // The server answers slowly for as long as it is paused.
                let pausing = Task { try await server.command(0, "DEBUG", "SLEEP", 3) }
                try await Task.sleep(for: .milliseconds(300))
                let stopped = try await ToolProcess.run(
                    ["members", "set", server.nodes[0].address, "--count", "10"],
                    signals: [(1, SIGINT), (0.3, SIGINT)]
                )
                #expect(stopped.status == 130)
                _ = try? await pausing.value
                // A reader that has enough is no failure to talk about.
                let closed = try await onOwnThread {
                    let process = Process()
                    process.executableURL = URL(filePath: "/bin/bash")
                    let tool = try ProbeProcess.productDirectory.appending(path: "cluster-scan").path
                    process.arguments = [
                        "-c",
                        "\(tool) members set \(server.nodes[0].address) 2>&1 | head -n 1; exit ${PIPESTATUS[0]}",
                    ]
                    let output = Pipe()
                    process.standardOutput = output
                    try process.run()
                    let text = try output.fileHandleForReading.readToEnd() ?? Data()
                    process.waitUntilExit()
                    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
                }
                #expect(closed.0 == 141)
                #expect(closed.1.hasPrefix("name:") && closed.1.split(separator: "\n").count == 1)
            }
        }
    }
}
