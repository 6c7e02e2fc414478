package import ArgumentParser

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `cluster-scan`
@main
package struct ClusterScanCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cluster-scan",
        abstract: "Read all the keys of a Redis or Valkey Cluster, once, without hurting production.",
        discussion: """
            EXAMPLES
              What the cluster looks like, through any of its nodes:
                cluster-scan nodes 10.0.0.1:7000

              All keys, and those of one hash tag:
                cluster-scan keys 10.0.0.1:7000 > keys.txt
                cluster-scan keys 10.0.0.1:7000 --match '{user:42}:*'

              With TLS, and a certificate of our own:
                cluster-scan keys rediss://10.0.0.1:7000 --cacert ca.pem --cert me.pem

              Why a hash tag asks one node only:
                cluster-scan slot '{user:42}:*'

            'cluster-scan help keys' has more, and the exit statuses. Settings for connections may stand in \
            ~/.config/cluster-scan/config and in the variables CLUSTER_SCAN_URL, CLUSTER_SCAN_USER, \
            REDISCLI_AUTH, CLUSTER_SCAN_PROFILE and CLUSTER_SCAN_CONFIG; an option has precedence over a \
            variable, and a variable over the file. CLUSTER_SCAN_CACERT, CLUSTER_SCAN_CERT, CLUSTER_SCAN_KEY \
            and CLUSTER_SCAN_KEY_PASSPHRASE are for TLS. NO_COLOR turns colours off.
            """,
        version: "0.1.0",
        subcommands: [
            KeysCommand.self,
            MembersCommand.self,
            ValuesCommand.self,
            StatsCommand.self,
            SplitCommand.self,
            NodesCommand.self,
            SlotCommand.self,
            CursorCommand.self,
            DumpCommand.self,
            RestoreCommand.self,
            CopyCommand.self,
            IndexCommand.self,
            DeleteCommand.self,
            ExpireCommand.self,
            PersistCommand.self,
            ExecCommand.self,
            ManualCommand.self,
        ]
    )

    package init() {}

    package static func main() async {
        // A closed pipe is an error of a write, with words and an exit status of its own.
        signal(SIGPIPE, SIG_IGN)
        ProcessArguments.hidePasswords()
        await RunSettings.$current.withValue(RunSettings()) { await parseAndRun() }
    }

    private static func parseAndRun() async {
        do {
            var command = try read(ProcessArguments.all.dropFirst())
            try RunSettings.loadProfile()
            try RunSettings.beginRecording(
                type(of: command).configuration.commandName ?? "",
                version: configuration.version
            )
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                await RunSettings.endRecording(error)
                throw error
            }
            await RunSettings.endRecording(nil)
        } catch {
            exit(withError: ExitCode(report(error)))
        }
    }

    /// Parses a command line, without the program.
    ///
    /// The words of a server's command, which `exec` has behind `--`, are handed on one by one as an option:
    /// the argument parser's own check of commands, which runs in debug builds, lets no two lists of
    /// arguments follow each other.
    ///
    /// - Throws: What is wrong with it, or that help was asked for.
    package static func read(_ arguments: some Collection<String>) throws -> any ParsableCommand {
        let words = arguments.split(separator: "--", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, words[0].first == ExecCommand.configuration.commandName else {
            return try parseAsRoot(Array(arguments))
        }
        // A ":" lest the "=" becomes one character with the mark that a word may begin with.
        return try parseAsRoot(words[0] + words[1].map { "--\(ExecCommand.wordOption)=:\($0)" })
    }

    /// Says what went wrong, and returns the exit status.
    private static func report(_ error: any Error) -> Int32 {
        // Help and version come as errors, too, and so do all errors of the argument parser.
        if !(error is CommandFailure),
            exitCode(for: error) == .validationFailure || exitCode(for: error) == .success
        {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                do {
                    try StandardOutput.write(message + "\n")
                } catch {
                    return CommandFailure(error).status.rawValue
                }
            } else {
                let text = ConsoleText.safe(ServerURL.withoutSecrets(message))
                try? FileDescriptor.standardError.writeAll(text + "\n")
            }
            return code.rawValue
        }
        let failure = CommandFailure(error)
        if let message = failure.message { Console.sayAtOnce(message, level: .error, RunSettings.log) }
        return failure.status.rawValue
    }
}
