import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan dump`
struct DumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Write all keys with values and expiries, for 'cluster-scan restore'.",
        discussion: """
            What is written is what the servers' own DUMP answers, which keeps every type exactly, those of \
            modules too, and the moment at which each key expires. A file that was cut off or damaged is \
            recognised; Docs/DumpFormat.md describes it. Each value is one moment of it, all of them \
            together are not: keys are read one after another while the cluster lives on.

            A value is read as a whole (a DUMP of 100 MB holds its server up for about 0.1 s) and held as a \
            whole: the command takes about 30 MiB and twice the largest value. Besides what 'keys' needs, \
            the user needs +dump, +pexpiretime, +pttl and +memory|usage.

            EXAMPLES
              Into a file, compressed on the way:
                cluster-scan dump 10.0.0.1:7000 | zstd > keys.dump.zst
                cluster-scan dump 10.0.0.1:7000 | gzip > keys.dump.gz

              A long dump that survives whatever happens; repeat it until it exits with 0:
                cluster-scan dump 10.0.0.1:7000 --output keys.dump --resume

              From one cluster to another, without a file:
                cluster-scan dump 10.0.0.1:7000 | cluster-scan restore - 10.0.9.1:7000

              Some keys, gently:
                cluster-scan dump --match 'user:*' --max-keys-per-second 5k -o users.dump
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "OUTPUT") var output: DumpOutputOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func run() async throws {
        guard output.output != nil || !FileDescriptor.standardOutput.isTerminal else {
            throw CommandFailure(.usage, "a dump is not for terminals: write '> FILE' or use --output FILE")
        }
        let (seeds, configuration) = try connection.resolve()
        let scanQuery = ScanQuery(
            pattern: query.pattern,
            type: query.keyType,
            database: configuration.database
        )
        let file = try output.output.map { try DumpOutput($0, isContinued: output.resume) }
        if let file, file.isComplete {
            try file.complete()
            return
        }
        if let start = file?.start, start.header.query != scanQuery {
            throw CommandFailure(
                .usage,
                "\(OutputFile.partialPath(output.output ?? "")) was begun with another --match, --type or "
                    + "database: repeat that command, or begin anew without --resume"
            )
        }
        let console = Console(RunSettings.log)
        if let warning = query.warning { console.warn(warning) }
        let events = EventLog(console: console)
        let meter = console.isTerminal ? ProgressMeter(console: console) : nil
        let watch = ProgressWatch(meter)
        let scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
        let signals = StopSignals()
        let run = FileDumpRun(
            scanner: scanner,
            query: scanQuery,
            source: await source(scanner),
            options: pace.options(anyCluster: output.anyCluster, onEvent: events.handle),
            output: file,
            events: events,
            isStopping: { signals.received != nil },
            meter: meter
        )
        watch.begin(scanner, draws: true)
        let dumping = Task { await run.run() }
        let stop: @Sendable () -> Void = {
            // What is under way makes a better end than a mark of some seconds ago.
            Task {
                try? await Task.sleep(for: DumpCommand.stopDelay)
                dumping.cancel()
            }
        }
        var ending = await signals.watch(stop: stop) { await dumping.value }
        if case .stopped = ending.dump.cause, let signal = signals.received {
            ending.dump.cause = .stopped(signal)
        }
        await watch.end()
        await scanner.shutDown()
        RunSettings.recording?.note(ending.dump)
        report(ending, on: console, isWatched: meter != nil)
        await console.finish()
        if ending.status != .complete { throw CommandFailure(ending.status) }
    }

    /// How long a group of values may take to be read after the user has asked to stop.
    private static let stopDelay = Duration.seconds(2)

    /// The servers' versions: what decides which servers can restore the dump.
    private func source(_ scanner: ClusterScanner) async -> String {
        let versions = (try? await scanner.nodes())?.compactMap { $0.version.map { "\($0)" } } ?? []
        return Set(versions).sorted().joined(separator: ", ")
    }

    private func report(_ ending: FileDumpRun.Ending, on console: Console, isWatched: Bool) {
        if ending.unreadCount > 0 {
            // Those of an earlier run are only counted.
            let names = KeyNames.list(ending.unread.map(\.key), of: Int(clamping: ending.unreadCount))
            let reason = ending.unread.first.map { " (\($0.error))" } ?? ""
            console.warn(
                "left out \(NumberText.counted(ending.unreadCount, "key")) that could not be read: "
                    + names + reason
            )
        }
        let complaint = ending.dump.complaint(colors: console.showsColors)
        if let complaint { console.say(complaint) }
        if isWatched, let summary = ending.dump.summary(colors: console.showsColors) {
            console.say("\(summary), \(NumberText.grouped(ending.bytes)) bytes")
        }
        guard complaint != nil, ending.status != .pipeClosed else { return }
        let isWhole = if case .finished = ending.dump.cause { true } else { false }
        let use = isWhole ? "'restore' takes it and says which slots it lacks" : nil
        if let path = output.output {
            let resume = output.resume ? "" : " with --resume added"
            console.say(
                "What was written is in \(OutputFile.partialPath(path))" + (use.map { ", and \($0)" } ?? "")
                    + ": repeat the command\(resume) to go on"
            )
        } else if let use {
            console.say("What was written cannot be carried on; \(use)")
        } else {
            console.say(
                "What was written cannot be carried on, and 'restore' will say that it is truncated; "
                    + "--output FILE --resume makes dumps that can be"
            )
        }
    }
}

/// Where a dump goes.
struct DumpOutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file instead of standard output.",
            discussion: "It is called FILE.partial until it is complete and saved.",
            valueName: "file"
        )
    )
    var output: String?

    @Flag(
        help: ArgumentHelp(
            "Carry an earlier FILE.partial on, if there is one.",
            discussion: """
                What was written after its last mark, at most about five seconds' work, is written again. \
                The cursor is in the file.
                """
        )
    )
    var resume = false

    @Flag(help: AnyCluster.help)
    var anyCluster = false

    func validate() throws {
        if resume, output == nil { throw ValidationError("--resume needs --output FILE") }
        try OutputFile.validate(output)
    }
}
