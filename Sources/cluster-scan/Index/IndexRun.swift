import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan index`: the lookup, then what has gone stale in it.
struct IndexRun {
    private let command: IndexCommand

    init(command: IndexCommand) {
        self.command = command
    }

    func run() async throws {
        let session = try WorkSession(
            command.connection,
            command.query,
            command.resume,
            command.pace,
            command.work,
            of: [
                "index", "--field", command.field.text, "--into", command.into.text,
                "--layout", try command.lookup.layout.rawValue,
            ],
            keepsCursor: command.yes
        )
        guard let pattern = command.query.pattern else { throw ValidationError("--match is missing") }
        let conflicts = try command.conflicts.map(ConflictFile.init)
        let builder = LookupBuilder(
            try command.lookup,
            of: command.field.bytes,
            matching: pattern,
            at: session.scanner,
            policy: command.onConflict == .fail ? .fail : .report,
            options: session.options.commands,
            onConflict: { conflicts?.write($0) }
        )
        let (yes, prunes) = (command.yes, command.prune)
        let (result, signal) = await session.run { session in
            let report = await builder.buildAll(
                from: session.start,
                options: session.options,
                writing: yes,
                onProgress: session.tracker.note
            )
            guard prunes, report.isComplete else {
                return (report, Result<LookupPruning?, any Error>.success(nil))
            }
            do {
                return (report, .success(try await builder.prune(writing: yes)))
            } catch {
                return (report, .failure(error))
            }
        }
        let (report, pruned) = result
        let index = IndexReport(builder.statistics, pruning: try? pruned.get(), isDryRun: !yes)
        if command.format == .json {
            try StandardOutput.write(JSONText.object(index.members(report)).text + "\n")
        } else if report.isComplete, !command.work.quiet || !yes || builder.statistics.conflicts > 0 {
            try StandardOutput.write(index.text)
        }
        var failure: CommandFailure?
        do {
            try conflicts?.finish()
            _ = try pruned.get()
        } catch {
            failure = CommandFailure(error)
            if let message = failure?.message { session.console.warn(message) }
        }
        try await session.finish(
            WorkEnding(report, signal: signal),
            words: IndexReport.words,
            dryRun: !yes
        )
        if let failure { throw CommandFailure(failure.status) }
    }
}
