import ArgumentParser
import ClusterScan
import ClusterScanOperations

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `cluster-scan restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring the keys of a dump back, to a cluster or to one server.",
        usage: "cluster-scan restore <file> [<options>] [<url> ...]",
        discussion: """
            Keys that exist already stay as they are, are counted and named, and the command does not exit \
            with 0; --replace overwrites them. Keys whose time has come since the dump are not restored. A \
            file is checked from its first to its last byte before anything is restored; a pipe cannot be, \
            so that there the end tells whether it was whole.

            Servers, from 5.0 on, take what servers of their own version or older dumped. The user needs \
            +restore and +cluster|slots. A restore that was broken off can be repeated: with --replace \
            everything is written again, without it what is there is counted. Keys go to the database that \
            they are of, unless the URL or --db names one.

            EXAMPLES
              First see what is in it, then do it:
                cluster-scan restore keys.dump --dry-run
                cluster-scan restore keys.dump 10.0.0.1:7000

              Compressed:
                zstd -dc keys.dump.zst | cluster-scan restore - 10.0.0.1:7000
                gzip -dc keys.dump.gz | cluster-scan restore - 10.0.0.1:7000

              Some keys, over those that are there, into database 3 of one server:
                cluster-scan restore keys.dump redis://h/3 --match 'user:*' --replace
            """
    )

    @Argument(help: ArgumentHelp("The dump, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions

    @Flag(help: "Overwrite keys that exist already.")
    var replace = false

    @OptionGroup var names: PatternOptions

    @Flag(name: [.long, .customShort("n")], help: "Check the dump and say what is in it; restore nothing.")
    var dryRun = false

    @Option(
        name: .customLong("patience"),
        help: ArgumentHelp(
            "How long a node may be out of reach, or take no writes: 30s, 5m. (default: 60s)",
            valueName: "time"
        )
    )
    private var givenPatience: TimeSpan?

    func validate() throws {
        guard file != "-" else { return }
        switch FileSystem.kind(of: file) {
        case .missing: throw ValidationError("\(file): there is no such file")
        case .directory: throw ValidationError("\(file) is a folder")
        case .regular, .other: break
        }
    }

    func run() async throws {
        let (seeds, configuration) = try connection.resolve()
        let isFile = file != "-" && FileSystem.kind(of: file) == .regular
        let console = Console(RunSettings.log)
        let isWatched = console.isTerminal
        let source = try open()
        let size = isFile ? try UInt64(source.size()) : nil
        let meter = isWatched ? RestoreMeter(console: console, total: size) : nil
        let drawing = meter.map { meter in Task { await meter.draw() } }
        let run = RestoreRun(pattern: names.pattern, meter: meter)
        let isDryRun = dryRun
        let isReplacing = replace
        let patience = givenPatience ?? RunSettings.profile.patience ?? TimeSpan(seconds: 60)
        let namesDatabase = try connection.plan().namesDatabase
        let signals = StopSignals()
        let working = Task { () throws -> (RestoreRun.Verified?, RestoreRun.Ending) in
            let verified = isFile || isDryRun ? try run.verify(source) : nil
            guard !isDryRun else { return (verified, RestoreRun.Ending()) }
            if verified != nil { try source.rewind() }
            let expected = verified?.trailer.counts.records
            var scanner: ClusterScanner?
            let ending = await run.restore(source) { header in
                var configuration = configuration
                if !namesDatabase, header.query.database != 0 {
                    configuration.database = header.query.database
                    console.warn(
                        "the dump is of database \(header.query.database), and is restored there; --db names another"
                    )
                }
                let target = ClusterScanner(
                    seeds: seeds,
                    connection: configuration,
                    telemetry: RunSettings.telemetry
                )
                scanner = target
                return RecordWriter(
                    target,
                    replacing: isReplacing,
                    expecting: expected,
                    options: CommandOptions(patience: patience.duration)
                )
            }
            await scanner?.shutDown()
            return (verified, ending)
        }
        let result = await signals.watch(stop: working.cancel) { await working.result }
        drawing?.cancel()
        await drawing?.value
        let failure: CommandFailure?
        switch result {
        case .success(let (verified, ending)):
            if dryRun, let verified {
                try StandardOutput.write(description(of: verified))
                failure = nil
            } else {
                failure = report(ending, signals.received, on: console, isWatched: isWatched)
            }
        case .failure(let error as DumpFileError):
            failure = CommandFailure(.unusableData, "\(file): \(error). Nothing was restored")
        case .failure(let error):
            failure = signals.received.map { CommandFailure($0) } ?? CommandFailure(error)
        }
        await console.finish()
        if let failure { throw failure }
    }

    private func open() throws -> FileDescriptor {
        guard file != "-" else { return FileDescriptor(rawValue: 0, name: "standard input") }
        return try FileDescriptor.open(file, O_RDONLY).locked(isShared: true)
    }

    private func description(of dump: RestoreRun.Verified) -> String {
        let counts = dump.trailer.counts
        let query = dump.header.query
        let asked = [
            query.pattern.map { "--match " + KeyNames.text($0.bytes) }, query.type.map { "--type \($0)" },
            query.database == 0 ? nil : "database \(query.database)",
        ].compactMap { $0 }
        var lines = [
            "The dump is whole: \(NumberText.counted(counts.records, "key")), "
                + "\(NumberText.grouped(counts.payloadBytes)) bytes of values, "
                + "\(NumberText.grouped(dump.bytes)) bytes in all",
            "Begun \(UTCTime.text(milliseconds: dump.header.created))"
                + (dump.header.source.isEmpty ? "" : " from servers of version \(dump.header.source)")
                + (asked.isEmpty ? "" : ", with \(asked.joined(separator: " "))"),
        ]
        if names.match != nil { lines.append("\(NumberText.counted(dump.matching, "key")) match") }
        lines += shortcomings(of: dump.trailer)
        return lines.map { ConsoleText.safe($0) + "\n" }.joined()
    }

    private func shortcomings(of trailer: DumpTrailer) -> [String] {
        var lines: [String] = []
        if trailer.leftOut > 0 {
            lines.append(
                "the dump lacks \(NumberText.counted(trailer.leftOut, "key")) that could not be read"
            )
        }
        if !trailer.uncovered.isEmpty {
            lines.append("the dump lacks \(SlotText.counted(trailer.uncovered)), which could not be covered")
        }
        return lines
    }

    private func report(
        _ ending: RestoreRun.Ending,
        _ signal: ExitStatus?,
        on console: Console,
        isWatched: Bool
    ) -> CommandFailure? {
        for line in ending.trailer.map(shortcomings) ?? [] { console.warn(line) }
        for line in ending.tally.complaints {
            console.say(
                Style.red("Error:", when: console.showsColors) + " " + ConsoleText.safe(line)
            )
        }
        let summary = ending.tally.summary(elapsed: ending.elapsed)
        guard let failure = ending.failure else {
            if isWatched || ending.tally.notRestored > 0 {
                let isFine = ending.tally.notRestored == 0
                let word = isFine ? Style.green("Complete:", when: console.showsColors) : "Otherwise:"
                console.say("\(word) \(summary)")
            }
            return ending.tally.status == .complete ? nil : CommandFailure(ending.tally.status)
        }
        console.say(
            Style.red("INCOMPLETE:", when: console.showsColors) + " \(summary), then "
                + (signal == nil ? "failed" : "stopped")
        )
        return signal.map { CommandFailure($0) } ?? failure
    }
}
