import ClusterScan
import ClusterScanOperations

/// The commands that change keys: a dry run unless `--yes` is given, then the change, then a second look.
struct ChangeRun {
    let change: KeyChange
    let words: WorkWords
    /// The command with the options that decide what becomes of a key.
    let deed: [String]
    let connection: ConnectionOptions
    let query: QueryOptions
    let resume: ResumeOptions
    let pace: PaceOptions
    let work: WorkRunOptions
    let options: ChangeOptions
    /// Whether a second look tells how many keys still have to be changed.
    var verifies = false

    func run() async throws {
        let session = try WorkSession(
            connection,
            query,
            resume,
            pace,
            work,
            of: deed,
            keepsCursor: options.yes
        )
        if let danger = query.danger { session.console.warn(danger) }
        if options.yes {
            try await act(session)
        } else {
            try await tryOut(session)
        }
    }

    private func tryOut(_ session: WorkSession) async throws {
        let (change, pattern, type) = (change, query.pattern, query.keyType)
        let (preview, signal) = await session.run { session in
            await session.scanner.preview(
                change,
                match: pattern,
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            )
        }
        let ending = WorkEnding(preview.report, signal: signal)
        let report = ChangeReport(words)
        let rate = work.rate.map { Double($0.value) }
        let result: String? =
            switch options.format {
            case .json: report.json(preview, rate: rate).text + "\n"
            case .text: preview.report.isComplete ? report.text(preview, rate: rate) : nil
            }
        try await session.finish(ending, words: words, dryRun: true, result: result)
    }

    private func act(_ session: WorkSession) async throws {
        let (change, pattern, type, verifies) = (change, query.pattern, query.keyType, verifies)
        let (result, signal) = await session.run { session -> (WorkReport, remaining: UInt64?) in
            let report = await session.scanner.apply(
                change,
                match: pattern,
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            )
            guard verifies, report.isComplete else { return (report, nil) }
            let rest = await session.scanner.preview(
                change,
                match: pattern,
                type: type,
                options: session.options.withoutLimit
            )
            return (report, rest.report.isComplete ? rest.report.tally.done : nil)
        }
        let ending = WorkEnding(result.0, signal: signal)
        let report = ChangeReport(words)
        let isTold = ending.report.isComplete && !work.quiet
        let text: String? =
            switch options.format {
            case .json: report.json(ending, remaining: result.remaining).text + "\n"
            case .text: isTold ? report.text(ending, remaining: result.remaining) : nil
            }
        try await session.finish(ending, words: words, result: text)
    }
}

extension WorkOptions {
    /// For a look that changes nothing.
    fileprivate var withoutLimit: WorkOptions {
        var options = self
        options.maximumKeysPerSecond = nil
        return options
    }
}
