import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan values`
struct ValuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "values",
        abstract: "Write all keys with their values, as JSON.",
        discussion: """
            One object a line: {"key":…,"type":…,"ttl_ms":…,"value":…}, where ttl_ms is null for a key that \
            does not expire. A string is a string, lists and sets are arrays, a hash is an object, a sorted \
            set [{"member":…,"score":…}], a stream [{"id":…,"fields":[[field,value],…]}].

            Nothing is lost that is not UTF-8: such a key stands under key_base64 and such a string under \
            value_base64; within collections it is written as "base64:…", and so is what begins with \
            base64: by itself. Strings over 16 MiB are always under value_base64.

            A value up to 64 KiB is one moment of it. A larger collection is read piece by piece, so that \
            neither this command nor the server holds it as a whole; while it changes, an element may be \
            written twice, and a list that loses elements in front may lack some. A value that could not be \
            read to its end has a last member "error". Types of modules are named and left out, and so are \
            consumer groups of streams; 'dump' has both. The last line is {"report":{"complete":…}}, as with \
            'keys --format json'.

            EXAMPLES
              All values, compressed:
                cluster-scan values 10.0.0.1:7000 | zstd > values.json.zst

              One field of all users:
                cluster-scan values --match 'user:*' --type hash | jq -r .value.name

              A long run that survives whatever happens; repeat it until it exits with 0:
                cluster-scan values --output all.json --resume all.cursor
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "OUTPUT") var output: ValuesOutputOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func run() async throws {
        let (seeds, configuration) = try connection.resolve()
        let scanQuery = ScanQuery(
            pattern: query.pattern,
            type: query.keyType,
            database: configuration.database
        )
        let start = try ResumableOutput(
            output.output,
            terminator: UInt8(ascii: "\n"),
            resume,
            scanQuery,
            of: query.subject("values", database: configuration.database)
        )
        let console = Console(RunSettings.log)
        for warning in [query.warning, start.warning] { warning.map(console.warn) }
        if start.isComplete {
            try start.checkpointFile?.remove()
            return await console.finish()
        }
        // Fails now rather than after hours, if it must.
        try start.save(start.cursor, end: 0)
        let events = EventLog(console: console)
        let meter = console.isTerminal ? ProgressMeter(console: console) : nil
        let watch = ProgressWatch(meter)
        let scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
        let run = ValuesRun(
            scanner: scanner,
            pattern: query.pattern,
            type: query.keyType,
            options: pace.options(
                limit: output.limit,
                anyCluster: resume.anyCluster,
                onEvent: events.handle
            ),
            output: start,
            limit: output.limit.map { UInt64($0.value) },
            saveInterval: resume.checkpointEvery.duration,
            events: events,
            meter: meter
        )
        let drawsBesideOutput = start.outputFile != nil || !FileDescriptor.standardOutput.isTerminal
        watch.begin(scanner, draws: drawsBesideOutput)
        let signals = StopSignals()
        let reading = Task { await run.run() }
        var ending = await signals.watch(stop: reading.cancel) { await reading.value }
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

    private func report(_ ending: ValuesRun.Ending, on console: Console, isWatched: Bool) {
        for (type, count) in ending.unknownTypes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            console.warn(
                "left out \(NumberText.counted(count, "key")) of the type \(type), which is not known here; "
                    + "'cluster-scan dump' has them"
            )
        }
        if let first = ending.unread.first {
            console.warn(
                "\(NumberText.counted(ending.unreadCount, "key")) could not be read: "
                    + KeyNames.list(ending.unread.map(\.key), of: ending.unreadCount)
                    + " (\(first.error))"
            )
        }
        let complaint = ending.dump.complaint(colors: console.showsColors)
        if let complaint { console.say(complaint) }
        if isWatched, let summary = ending.dump.summary(colors: console.showsColors) { console.say(summary) }
        guard complaint != nil, ending.status != .pipeClosed else { return }
        if let path = output.output { console.say("What was written is in \(OutputFile.partialPath(path))") }
        if let file = resume.checkpoint {
            console.say("The cursor is in \(file): repeat the command to go on")
        } else if ending.dump.cursor.inspection != nil {
            let hint = ResumeHint(arguments: ProcessArguments.all, cursor: ending.dump.cursor)
            let password = hint.needsPassword ? " (with the password in REDISCLI_AUTH)" : ""
            console.say("Go on with this command\(password):\n  \(hint.command)")
        }
    }
}

/// Where values go.
struct ValuesOutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file instead of standard output.",
            discussion: """
                It is called FILE.partial until it is complete and saved. With --cursor or --resume an \
                earlier FILE.partial is continued.
                """,
            valueName: "file"
        )
    )
    var output: String?

    @Option(help: ArgumentHelp("Stop after so many keys: 500, 10k, 2M.", valueName: "n"))
    var limit: Quantity?

    func validate() throws {
        try OutputFile.validate(output)
    }
}
