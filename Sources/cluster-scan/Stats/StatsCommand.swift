import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan stats`
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what the keys are: number, memory and expiry by type, pattern, slot and node.",
        usage: "cluster-scan stats [<options>] [<url> ...]",
        discussion: """
            Counts every key by its type, the pattern of its name (user:*:profile, found automatically), its \
            slot and its node. Of every key, or with --sample of some, it also asks for memory (MEMORY \
            USAGE), expiry (PTTL) and length. Thousands of these questions go out at once; each costs the \
            server about as much as a GET, so that a sample is kinder to a busy cluster than to ask about all.

            Client memory does not grow with the number of keys. Without a filter, names are read slot by \
            slot and no key is counted twice; otherwise a few may be while a server rehashes.

            EXAMPLES
              Of a large cluster, from one key in a hundred, with a report for the browser:
                cluster-scan stats 10.0.0.1:7000 --sample 1% --html report.html

              Everything about the sessions, exactly:
                cluster-scan stats 10.0.0.1:7000 --match 'session:*'

              Which patterns take most memory, for a program:
                cluster-scan stats 10.0.0.1:7000 --format json |
                  jq -r '.patterns[] | [.memory_bytes, .pattern] | @tsv' | sort -rn

              Exact memory of collections, by a look at each of their elements:
                cluster-scan stats 10.0.0.1:7000 --memory-samples 0

            Press Ctrl-C once to stop: what was seen so far is shown and marked as INCOMPLETE; twice to stop \
            at once. To go on is not possible: run it again, with a smaller --sample if it took too long.

            EXIT STATUS
            \(ExitStatus.table)
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions

    @Option(
        help: ArgumentHelp(
            "Measure one key in so many, or a share of them: 100, 10k, 1%. Count all.",
            discussion: """
                The hash of its name decides whether a key is measured. Memory and expiry of the others are \
                estimated from these, and the likely error is told.
                """,
            valueName: "part"
        )
    )
    var sample = SampleRate.all

    @Option(
        help: ArgumentHelp(
            "How many elements of a collection MEMORY USAGE looks at (its SAMPLES), 0 for all.",
            discussion: "Without this the server decides: 5.",
            valueName: "n"
        )
    )
    var memorySamples: Int?

    @Option(help: ArgumentHelp("How many of the biggest keys and hottest slots to show.", valueName: "n"))
    var top = Quantity(10)

    @Option(
        help: ArgumentHelp(
            "How many patterns of names to show; the rest is shown as one.",
            valueName: "n"
        )
    )
    var patterns = Quantity(20)

    @Option(help: "How to write it: table or json.")
    var format = Format.table

    @Option(
        help: ArgumentHelp(
            "Also write a report with plots, one file that needs nothing else, for a browser.",
            valueName: "file"
        )
    )
    var html: String?

    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func validate() throws {
        if let memorySamples, memorySamples < 0 {
            throw ValidationError("--memory-samples is a number of elements, or 0 for all")
        }
        if top.value > 10_000 {
            throw ValidationError("--top is at most 10k: their names are kept in memory")
        }
        if let html, FileSystem.kind(of: html) == .directory {
            throw ValidationError("--html \(html) is a folder")
        }
    }

    func run() async throws {
        let (seeds, configuration) = try connection.resolve()
        let console = Console(RunSettings.log)
        if let warning = query.warning { console.warn(warning) }
        let meter = console.isTerminal ? ProgressMeter(console: console) : nil
        let scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
        let run = StatisticsRun(
            scanner: scanner,
            pattern: query.pattern,
            type: query.keyType,
            statisticsOptions: StatisticsOptions(
                sample: sample,
                memorySamples: memorySamples,
                biggestKeys: top.value
            ),
            options: pace.options(onEvent: EventLog(console: console).handle),
            meter: meter
        )
        let watch = ProgressWatch(meter)
        watch.begin(scanner, draws: true)
        let signals = StopSignals()
        let collecting = Task { await run.run() }
        var outcome = await signals.watch(stop: collecting.cancel) { await collecting.value }
        if case .stopped(let failure) = outcome.ending, failure.message == nil, let signal = signals.received
        {
            outcome.ending = .stopped(CommandFailure(signal))
        }
        await watch.end()
        await scanner.shutDown()

        let report = StatisticsReport(
            outcome.statistics,
            ending: outcome.ending,
            elapsed: outcome.elapsed,
            source: seeds.map(\.description).joined(separator: ", "),
            date: UTCTime.now,
            top: top.value,
            patterns: patterns.value,
            topology: outcome.topology
        )
        do {
            try write(report)
        } catch {
            await console.finish()
            throw error
        }
        let ending = end(report, on: console)
        await console.finish()
        if let ending { throw ending }
    }

    private func write(_ report: StatisticsReport) throws {
        // A failure before the first key leaves nothing to tell but the failure.
        if case .stopped(let failure) = report.ending, failure.message != nil,
            report.statistics.total.keys == 0
        {
            return
        }
        switch format {
        case .table:
            let output = FileDescriptor.standardOutput
            let layout = StatisticsTable.Layout(
                width: Terminal.width(of: output) ?? 80,
                showsColors: Terminal.showsColors(on: output),
                usesBlocks: output.isTerminal && Terminal.showsUnicode
            )
            try StandardOutput.write(StatisticsTable(report, layout: layout).text)
        case .json:
            try StandardOutput.write(report.json.text + "\n")
        }
        if let html { try FileSystem.replace(html, with: StatisticsPage(report).text) }
    }

    /// Says what is missing.
    ///
    /// - Returns: Why the command does not end well; `nil` if it does.
    private func end(_ report: StatisticsReport, on console: Console) -> CommandFailure? {
        let status: ExitStatus
        switch report.ending {
        case .complete: return nil
        case .without: status = .unavailable
        case .stopped(let failure):
            status = failure.status
            if let message = failure.message {
                console.say(Style.red("Error:", when: console.showsColors) + " " + ConsoleText.safe(message))
            }
        }
        if let complaint = report.complaint {
            let keys = NumberText.counted(report.statistics.total.keys, "key")
            console.say(Style.red("INCOMPLETE:", when: console.showsColors) + " \(keys), \(complaint)")
            console.say("Run the command again to see all; --sample asks about fewer keys")
        }
        return CommandFailure(status)
    }
}
