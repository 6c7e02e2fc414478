import ClusterScan

/// One run of `cluster-scan keys`: reads, writes, and leaves behind what is needed to go on.
struct DumpRun: Sendable {
    var scanner: ClusterScanner
    var pattern: GlobPattern?
    var type: KeyType?
    var options: ScanOptions
    var start: ScanCursor
    var limit: UInt64?
    var format: KeyFormat
    /// `nil` for standard output.
    var outputFile: OutputFile?
    var cursorFile: CursorFile?
    var events: DumpEvents
    var meter: ProgressMeter?

    /// Output does not wait longer than this for a block to fill.
    private static let flushInterval = Duration.milliseconds(100)
    /// How much has to be read again at most when the process is killed.
    private static let saveInterval = Duration.seconds(10)

    /// Runs until the end, the limit, a failure, or the cancellation of the task.
    func run() async -> DumpEnding {
        let clock = ContinuousClock()
        let begin = clock.now
        let file = outputFile?.file ?? .standardOutput
        var dump = KeyDump(
            KeyWriter(BlockWriter(file), format: format, escapesDeceptive: file.isTerminal),
            from: start
        )
        let batches = scanner.batches(from: start, match: pattern, type: type, options: options)
        var ending: DumpEnding.Cause
        do {
            ending = try await copy(batches, into: &dump)
            try dump.flush()
        } catch let failure as SystemError {
            ending = .failed(CommandFailure(failure))
        } catch {
            ending = error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
            do throws(SystemError) {
                try dump.flush()
            } catch {
                ending = .failed(CommandFailure(error))
            }
        }
        let limitReached = if case .limitReached = ending { true } else { false }
        do throws(SystemError) {
            // A partial file shows by its name that it is not complete, and more lines may be added to it.
            if format == .json, !ending.isOutputFailure, outputFile == nil || ending.isIterationComplete,
                let report = await batches.reportSoFar
            {
                let cursor = ending.isIterationComplete ? nil : dump.settled.cursor
                let keys = limitReached ? dump.keys : dump.settled.keys
                try dump.end(with: ReportLine(report, keys: keys, cursor: cursor).text)
            }
            try tidyUp(
                dump.settled,
                isComplete: ending.isIterationComplete,
                limitReached: limitReached,
                dump.leftOut
            )
        } catch {
            ending = .failed(CommandFailure(error))
        }
        return DumpEnding(
            ending,
            keys: limitReached ? dump.keys : dump.settled.keys,
            leftOut: dump.leftOut,
            elapsed: begin.duration(to: clock.now),
            nodes: events.nodeCount,
            cursor: dump.settled.cursor
        )
    }

    private func copy(_ batches: ScanBatches, into dump: inout KeyDump) async throws -> DumpEnding.Cause {
        let clock = ContinuousClock()
        var flushed = clock.now
        var saved = flushed
        for try await batch in batches {
            if let limit, dump.keys + UInt64(batch.keys.count) >= limit {
                let rest = Int(limit - dump.keys)
                if rest == batch.keys.count {
                    try dump.take(batch.keys, cursor: batch.cursor)
                } else {
                    try dump.take(first: rest, of: batch.keys)
                }
                return .limitReached
            }
            try dump.take(batch.keys, cursor: batch.cursor)
            meter?.note(keys: dump.keys, cursor: batch.cursor)
            // Batches that are ready are handed out without a look at the cancellation.
            try Task.checkCancellation()
            let now = clock.now
            if now - flushed >= Self.flushInterval {
                try dump.flush()
                flushed = now
            }
            if let cursorFile, now - saved >= Self.saveInterval {
                try outputFile?.file.synchronize()
                try cursorFile.save(dump.settled.cursor)
                saved = now
            }
        }
        guard let report = await batches.report else { throw CancellationError() }
        return .finished(report)
    }

    /// Leaves the output and the cursor file as they are to be found.
    private func tidyUp(
        _ settled: KeyDump.Mark,
        isComplete: Bool,
        limitReached: Bool,
        _ leftOut: UInt64
    ) throws(SystemError) {
        if let outputFile {
            // With --resume more runs are to come, and they add to the partial file.
            if isComplete || (limitReached && cursorFile == nil), leftOut == 0 {
                try outputFile.complete()
            } else {
                if !limitReached { try outputFile.truncate(to: settled.end) }
                try outputFile.file.synchronize()
            }
        }
        if isComplete {
            try cursorFile?.remove()
        } else {
            try cursorFile?.save(settled.cursor)
        }
    }
}
