import ArgumentParser
import ClusterScan
import Testing
import cluster_scan

@Suite("Usage of commands that work on keys")
struct WorkUsageTests {
    @Test(
        "right usage is understood",
        arguments: [
            ["delete", "a:1", "--match", "x*", "--type", "list", "--yes", "--rate", "5k", "--no-verify"],
            ["delete", "--all", "--yes", "--format", "json", "--resume", "/nowhere/cursor"],
            ["expire", "--match", "x*", "--ttl", "1h", "--jitter", "10m", "--only", "nx"],
            ["expire", "--type", "hash", "--at", "2999-01-01T00:00:00Z"],
            ["persist", "--match", "x*", "--cursor", "0"],
            ["exec", "a:1", "--match", "x*", "--", "GET", "{}"],
            ["exec", "--placeholder", "@", "--yes", "--", "SET", "@", "{}", "--match"],
        ]
    )
    func right(arguments: [String]) {
        #expect(throws: Never.self) { try ClusterScanCommand.read(arguments) }
    }

    @Test(
        "wrong usage is status 64, with words that lead out of it",
        arguments: [
            (["delete"], "--all"), (["delete", "--yes"], "--all"), (["delete", "--match", "**"], "--all"),
            (["delete", "--match", "x*", "--all"], "contradicts"), (["persist"], "--all"),
            (["expire", "--ttl", "1h"], "--all"), (["expire", "--match", "x*"], "--ttl or --at"),
            (["expire", "--match", "x*", "--ttl", "1h", "--at", "1"], "--ttl or --at"),
            (["expire", "--match", "x*", "--ttl", "0s"], "delete"),
            (["expire", "--match", "x*", "--at", "1"], "has passed"),
            (["expire", "--match", "x*", "--at", "2999-01-01T00:00:00"], "seconds since 1970"),
            (["expire", "--match", "x*", "--ttl", "1h", "--only", "ng"], "nx"),
            (["exec", "--match", "x*"], "after --"), (["exec", "--", "GET"], "placeholder"),
            (["exec", "--", "RENAME", "{}", "{}"], "more than once"), (["exec", "GET", "{}"], "after --"),
        ]
    )
    func wrong(arguments: [String], words: String) {
        do {
            _ = try ClusterScanCommand.read(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(ClusterScanCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
            #expect(ClusterScanCommand.fullMessage(for: error).contains(words))
        }
    }

    @Test("help has examples and fits 80 columns", arguments: ["delete", "expire", "persist", "exec"])
    func help(command: String) {
        do {
            var help = try ClusterScanCommand.parseAsRoot([command, "--help"])
            try help.run()
            Issue.record("no help")
        } catch {
            let text = ClusterScanCommand.fullMessage(for: error, columns: 80)
            #expect(ClusterScanCommand.exitCode(for: error) == .success)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
            let examples = text.split(separator: "\n").drop { $0 != "EXAMPLES" }.dropFirst()
                .prefix { !$0.hasPrefix("USAGE") && !$0.hasPrefix("Ctrl-C") }
            #expect(examples.count >= 2)
            #expect(examples.allSatisfy { $0.hasPrefix("  ") })
        }
    }

    @Test("going on puts the cursor before the servers' command, and leaves that as it is")
    func hint() {
        let hint = ResumeHint(
            arguments: ["cluster-scan", "exec", "--cursor", "0", "--", "SET", "{}", "--cursor", "a@b"],
            cursor: ScanCursor.start
        )
        #expect(hint.command == "cluster-scan exec --cursor 0 -- SET '{}' --cursor a@b")
    }
}
