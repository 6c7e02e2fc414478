import ClusterScan
import ClusterScanOperations

/// One run of a command that works on keys: progress on a terminal, Ctrl-C once to finish what is under way,
/// a cursor to go on from.
///
/// ```swift
/// let session = try WorkSession(connection, query, resume, pace, work, of: ["delete"])
/// let (report, signal) = await session.run { session in
///     await session.scanner.work(
///         from: session.start, match: …, options: session.options, onProgress: session.tracker.note
///     ) { chunk in … }
/// }
/// try await session.finish(WorkEnding(report, signal: signal), words: …, result: …)
/// ```
struct WorkSession: Sendable {
    let scanner: ClusterScanner
    let start: ScanCursor
    let options: WorkOptions
    let console: Console
    let tracker: WorkTracker
    /// Whether a user watches and wants to see more than warnings and errors.
    let isWatched: Bool

    private let query: QueryOptions
    private let cursorFile: CheckpointFile?
    private let cursorFileName: String?
    private let meter: ProgressMeter?
    private let others: OtherDatabases?
    /// Whether results go to the same terminal, over which progress would only be in the way.
    private let showsProgress: Bool

    /// Prepares a run. Fails now rather than after hours, if it must.
    ///
    /// Its checkpoint is of the `deed`, a command with the options that decide what it does, to the keys of
    /// the query. A dry run reads the cursor file, but does not bring it up to date (`keepsCursor`). Where
    /// results go to standard output while the work is under way (`writesResults`), a terminal shows no
    /// progress. Where the keys go to a cluster, the checkpoint is for that one alone (`destination`). Where
    /// the password was asked for already, `resolved` has it.
    init(
        _ connection: ConnectionOptions,
        _ query: QueryOptions,
        _ resume: ResumeOptions,
        _ pace: PaceOptions,
        _ work: WorkRunOptions,
        of deed: [String],
        to destination: ClusterTopology? = nil,
        keepsCursor: Bool = true,
        writesResults: Bool = false,
        connectedBy resolved: (seeds: [NodeAddress], configuration: ConnectionConfiguration)? = nil
    ) throws {
        let (seeds, configuration) = try resolved ?? connection.resolve()
        self.query = query
        cursorFileName = resume.checkpoint
        let subject = query.subject(deed[0], database: configuration.database) + deed.dropFirst()
        let file = resume.checkpoint.map { path in
            CheckpointFile(path, of: subject, to: destination, anyCluster: resume.anyCluster)
        }
        start = try resume.cursor.map { try ScanCursor($0) } ?? file?.load()?.cursor ?? .start
        cursorFile = keepsCursor ? file : nil
        try cursorFile?.save(start)
        let console = Console(RunSettings.log)
        self.console = console
        isWatched = console.isTerminal
        showsProgress = isWatched && !(writesResults && FileDescriptor.standardOutput.isTerminal)
        if let warning = query.warning { console.warn(warning) }
        let events = EventLog(console: console)
        options = WorkOptions(
            scan: pace.options(anyCluster: resume.anyCluster, onEvent: events.handle),
            commands: CommandOptions(patience: pace.patience.duration),
            maximumKeysPerSecond: work.rate.map { Double($0.value) }
        )
        let meter = showsProgress ? ProgressMeter(console: console) : nil
        self.meter = meter
        others = try connection.otherDatabases(console)
        tracker = WorkTracker(
            meter: meter,
            cursorFile: cursorFile,
            saveInterval: resume.checkpointEvery.duration
        )
        scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
    }

    /// Runs the work, and stops it when the first signal comes.
    ///
    /// - Parameter body: The work. Its task is cancelled then, which ``ClusterScanner/work`` takes as a wish
    ///   to finish what is under way.
    /// - Returns: What the work returned, and the signal that came meanwhile.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (WorkSession) async -> Result
    ) async -> (result: Result, signal: ExitStatus?) {
        let watch = ProgressWatch(meter, others)
        watch.begin(scanner, draws: true)
        let signals = StopSignals()
        let working = Task { await body(self) }
        let result = await signals.watch {
            working.cancel()
            if isWatched { console.say("Finishing what is under way; Ctrl-C again stops at once") }
        } while: {
            await working.value
        }
        await watch.end()
        await console.clearProgress()
        return (result, signals.received)
    }

    /// Says how the work ended and how to go on, and closes everything.
    ///
    /// - Parameters:
    ///   - ending: How it ended.
    ///   - words: What is called what.
    ///   - dryRun: Whether nothing was changed: there is nothing to go on with then.
    ///   - result: What goes to standard output, once the line of progress is gone.
    /// - Throws: ``CommandFailure`` with the exit status if not all is done; ``SystemError``.
    func finish(
        _ ending: WorkEnding,
        words: WorkWords,
        dryRun: Bool = false,
        result: String? = nil
    ) async throws {
        await scanner.shutDown()
        RunSettings.recording?.note(
            cursor: ending.report.isComplete ? nil : ending.report.cursor,
            uncovered: ending.report.scan?.uncovered ?? SlotSet()
        )
        var status = ending.status
        do throws(SystemError) {
            if ending.report.isComplete {
                try cursorFile?.remove()
            } else {
                try cursorFile?.save(ending.report.cursor)
            }
        } catch {
            console.warn(error.description)
            status = .outputFailed
        }
        if let complaint = ending.complaint(dryRun ? words.inDryRun : words, colors: console.showsColors) {
            console.say(complaint)
        }
        if ending.report.isComplete, let hint = query.hint(found: ending.report.tally.keys) {
            console.say(hint)
        }
        if !ending.report.isComplete, ![.pipeClosed, .usage].contains(status) {
            if dryRun {
                console.say("This was a dry run: nothing was changed")
            } else {
                sayHowToGoOn(from: ending.report.cursor)
            }
        }
        await console.finish()
        if let result { try StandardOutput.write(result) }
        if status != .complete { throw CommandFailure(status) }
    }

    private func sayHowToGoOn(from cursor: ScanCursor) {
        if let cursorFileName {
            console.say("The cursor is in \(cursorFileName): repeat the command to go on")
        } else if cursor.inspection != nil {
            let hint = ResumeHint(
                arguments: ProcessArguments.all,
                cursor: cursor,
                database: scanner.database
            )
            let password = hint.needsPassword ? " (with the password in REDISCLI_AUTH)" : ""
            console.say("Go on with this command\(password):\n  \(hint.command)")
        } else {
            console.say("Nothing is done that a cursor could stand for: repeat the command")
        }
    }
}
