import ArgumentParser
import Testing
import cluster_scan

@Suite("Command line")
struct CommandTests {
    /// The exit status and the words for a command line, as far as they are known before it runs.
    private func outcome(_ arguments: String...) -> (status: Int32, message: String) {
        do {
            _ = try ClusterScanCommand.read(arguments)
            return (0, "")
        } catch {
            return (
                ClusterScanCommand.exitCode(for: error).rawValue, ClusterScanCommand.fullMessage(for: error)
            )
        }
    }

    @Test("the options of 'keys' are understood")
    func keys() {
        #expect(
            outcome(
                "keys",
                "redis://u:p@a:1/0",
                "b:2",
                "--match",
                "user:*",
                "--type",
                "hash",
                "--count",
                "5k",
                "--limit",
                "1M",
                "--format",
                "csv",
                "--with",
                "ttl,type,memory,encoding,idle,freq,length,slot,node",
                "--output",
                "/nowhere/keys",
                "--checkpoint",
                "/nowhere/mark",
                "--checkpoint-every",
                "1s",
                "--unique",
                "--replicas",
                "--max-nodes",
                "2",
                "--patience",
                "5m",
                "--allow-uncovered",
                "--quiet",
                "--connect-timeout",
                "500ms"
            ).status == 0
        )
    }

    @Test(
        "wrong usage is status 64, with words that lead out of it",
        arguments: [
            (["keys", "--cursor", "0", "--resume", "f"], "exclude each other"),
            (["keys", "--cursor", "0", "--checkpoint", "f"], "exclude each other"),
            (["keys", "--unique", "--checkpoint", "f"], "needs --output"),
            (["keys", "--format", "nul", "--with", "type"], "names alone"),
            (["keys", "--with", "type,size"], "memory, encoding"),
            (["keys", "--with", "type,type"], "memory, encoding"),
            (["keys", "--checkpoint", "/tmp"], "folder"),
            (["keys", "--output", "/tmp"], "folder"),
            (["keys", "--output", "/dev/null"], "'> /dev/null'"),
            (["keys", "--count", "0"], "100, 5k"),
            (["keys", "--patience", "5"], "30s, 5m"),
            (["keys", "--format", "xml"], "nul"),
            (["keys", "http://h"], "rediss://"),
            (["keys", "redis://:p@h", "--ask-password"], "leave out --ask-password"),
            (["keys", "redis://h:1/1", "redis://h:2/2"], "databases"),
            (["slot", "a", "--as-key", "--as-pattern"], "exclude each other"),
            (["slot", #"\q"#, "--escaped"], "backslash"),
            (["nodes", "--format", "yaml"], "json"),
            (["slot"], "key-or-pattern"),
            (["cursor", "inspect"], "token"),
            (["split", "h:1"], "--parts"), (["split", "--parts", "0"], "parts"),
            (["members"], "key"), (["members", #"\q"#, "--escaped"], "backslash"),
            (["nodes", "--quiet", "--verbose"], "exclude each other"),
            (["nodes", "--ask-password", "--password-file", "f"], "exclude each other"),
            (["nodes", "redis://:p@h", "--password-file", "f"], "leave out --password-file"),
            (["nodes", "--log-format", "xml"], "json"),
            (["keys", "--strategy", "magic"], "slots"),
            (["stats", "--sample", "0%"], "1%"),
            (["stats", "--memory-samples", "-1"], "memory-samples"),
            (["stats", "--html", "/tmp"], "folder"),
        ]
    )
    func misuse(arguments: [String], words: String) {
        do {
            _ = try ClusterScanCommand.read(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(ClusterScanCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
            #expect(ClusterScanCommand.fullMessage(for: error).contains(words))
        }
    }

    @Test(
        "help is not an error, fits 80 columns, and has examples",
        arguments: ["keys", "members", "split", "nodes", "slot", "cursor inspect", "stats"]
    )
    func help(command: String) {
        let words = command.split(separator: " ").map(String.init)
        do {
            var help = try ClusterScanCommand.parseAsRoot(words + ["--help"])
            try help.run()
            Issue.record("no help")
        } catch {
            let text = ClusterScanCommand.fullMessage(for: error, columns: 80)
            #expect(ClusterScanCommand.exitCode(for: error) == .success)
            #expect(text.contains("EXAMPLES"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
            // A line that was broken in two starts at the margin.
            let examples = text.split(separator: "\n").drop { $0 != "EXAMPLES" }.dropFirst()
                .prefix { line in
                    !["USAGE", "Press", "Docs/", "A key"].contains { line.hasPrefix($0) }
                }
            #expect(examples.count >= 2)
            #expect(examples.allSatisfy { $0.hasPrefix("  ") })
        }
    }

    @Test("every exit status is in the help of 'keys', on one line")
    func statuses() {
        do {
            var help = try ClusterScanCommand.parseAsRoot(["keys", "--help"])
            try help.run()
            Issue.record("no help")
        } catch {
            let text = ClusterScanCommand.fullMessage(for: error, columns: 80)
            for status in ExitStatus.allCases {
                #expect(text.contains("\(status.rawValue)  \(status.meaning)\n"))
            }
        }
    }
}
