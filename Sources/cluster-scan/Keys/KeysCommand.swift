import ArgumentParser
import ClusterScan

/// `cluster-scan keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Write the names of all keys of a cluster.",
        discussion: """
            Every key that exists from start to end is written at least once, also while slots migrate, \
            primaries fail over and servers restart, and also when the command is stopped and resumed. When \
            that cannot be kept, the command says INCOMPLETE, names the slots, and does not exit with 0.

            EXAMPLES
              All keys of a cluster, through any of its nodes:
                cluster-scan keys 10.0.0.1:7000

              A large dump that survives whatever happens; repeat it until it exits with 0:
                cluster-scan keys 10.0.0.1:7000 --output keys.txt --checkpoint keys.mark

              What takes the memory, as a table for other programs:
                cluster-scan keys 10.0.0.1:7000 --with type,memory,ttl --format csv

              With a password, which is never part of the command line:
                REDISCLI_AUTH=… cluster-scan keys redis://reader@10.0.0.1:7000
                cluster-scan keys redis://reader@10.0.0.1:7000 --ask-password

              With everything in a profile of ~/.config/cluster-scan/config:
                cluster-scan keys --profile production

              Sessions of one user, all in one slot, so one node is asked:
                cluster-scan keys --match '{user:42}:session:*'

              The first 10,000 hashes, gently:
                cluster-scan keys --type hash --limit 10k --count 100 --max-nodes 1

              Bytes as they are, for other tools:
                cluster-scan keys --match 'tmp:*' --format nul | xargs -0 -n 1 …

            Press Ctrl-C once to stop cleanly and get a cursor, twice to stop at once. On standard error, \
            progress and the summary appear only on a terminal or in a log; warnings and errors always.

            EXIT STATUS
            \(ExitStatus.table)
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func validate() throws {
        if output.unique, resume.checkpoint != nil, output.output == nil {
            throw ValidationError(
                "--unique with --checkpoint needs --output: what was written before is read back from there"
            )
        }
    }

    func run() async throws {
        try StandardOutput.refuseTerminal(for: output.format == .nul && output.output == nil)
        let (seeds, configuration) = try connection.resolve()
        let scanQuery = ScanQuery(
            pattern: query.pattern,
            type: query.keyType,
            database: configuration.database
        )
        let start = try ResumableOutput(
            output.output,
            terminator: output.format.terminator,
            isUnique: output.unique,
            resume,
            scanQuery,
            of: query.subject("keys", database: configuration.database) + output.layout
        )

        let console = Console(RunSettings.log)
        let watched = console.tellsProgress
        if let warning = query.warning { console.warn(warning) }
        if let warning = start.warning { console.warn(warning) }
        let events = EventLog(console: console)
        let meter = watched ? ProgressMeter(console: console) : nil
        let run = KeysRun(
            scanner: ClusterScanner(
                seeds: seeds,
                connection: configuration,
                telemetry: RunSettings.telemetry
            ),
            pattern: query.pattern,
            type: query.keyType,
            options: pace.options(
                limit: output.limit,
                anyCluster: resume.anyCluster,
                onEvent: events.handle
            ),
            output: start,
            limit: output.limit.map { UInt64($0.value) },
            format: output.format,
            fields: output.fields?.fields ?? [],
            isUnique: output.unique,
            checkpointInterval: resume.checkpointEvery.duration,
            events: events,
            meter: meter
        )
        if start.isComplete {
            try start.checkpointFile?.remove()
            if watched { console.say("Complete: an earlier run has written everything") }
            return await console.finish()
        }
        // Fails now rather than after hours, if it must.
        try start.save(start.cursor, end: 0)
        let watch = ProgressWatch(meter)
        // Drawn over lines that go to the same terminal, progress would only be in the way.
        let draws =
            start.outputFile != nil || !FileDescriptor.standardOutput.isTerminal || !console.isTerminal
        watch.begin(run.scanner, draws: draws)

        let signals = StopSignals()
        let dumping = Task { await run.run() }
        var ending = await signals.watch(stop: dumping.cancel) { await dumping.value }
        if case .stopped = ending.cause, let signal = signals.received { ending.cause = .stopped(signal) }
        await watch.end()
        RunSettings.recording?.note(ending)
        report(ending, on: console, isWatched: watched)
        await console.finish()
        if ending.status != .complete { throw CommandFailure(ending.status) }
    }

    private func report(_ ending: ScanEnding, on console: Console, isWatched: Bool) {
        let complaint = ending.complaint(colors: console.showsColors)
        if let complaint { console.say(complaint, level: .error) }
        if isWatched, let summary = ending.summary(colors: console.showsColors) { console.say(summary) }
        guard complaint != nil || isWatched, ending.status != .pipeClosed, !ending.cause.isIterationComplete
        else {
            return
        }
        if let output = output.output, ending.status != .complete || resume.checkpoint != nil {
            console.say("What was written is in \(OutputFile.partialPath(output))")
        }
        if let file = resume.checkpoint {
            console.say("The checkpoint is in \(file): repeat the command to go on")
        } else if output.unique {
            console.say("--unique can go on only with --checkpoint and --output: begin with these")
        } else if ending.cursor.inspection != nil {
            let hint = ResumeHint(arguments: ProcessArguments.all, cursor: ending.cursor)
            let password = hint.needsPassword ? " (with the password in REDISCLI_AUTH)" : ""
            let appending = output.output == nil ? ", adding to the output" : ""
            console.say(
                "Go on with this command\(appending)\(password):\n  \(hint.command)",
                cursor: ending.cursor.description
            )
        }
    }
}
