import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan keys`: reads, writes, and leaves behind what is needed to go on.
struct KeysRun: Sendable {
    var scanner: ClusterScanner
    var pattern: GlobPattern?
    var type: KeyType?
    var options: ScanOptions
    var output: ResumableOutput
    var limit: UInt64?
    var format: KeyFormat
    /// What is written besides the names.
    var fields: [KeyField]
    /// Whether each key is to be written once.
    var isUnique: Bool
    /// How much has to be read again at most when the process is killed.
    var checkpointInterval: Duration
    var events: EventLog
    var meter: ProgressMeter?

    /// Output does not wait longer than this for a block to fill.
    private static let flushInterval = Duration.milliseconds(100)

    /// Runs until the end, the limit, a failure, or the cancellation of the task.
    func run() async -> ScanEnding {
        let clock = ContinuousClock()
        let begin = clock.now
        let file = output.file
        var dump = KeyDump(
            KeyWriter(
                BlockWriter(file),
                format: format,
                fields: fields,
                escapesDeceptive: file.isTerminal
            ),
            from: output.cursor
        )
        var batches = scanner.batches(from: output.cursor, match: pattern, type: type, options: options)
        var ending: ScanEnding.Cause
        do {
            if isUnique { batches = batches.unique(besides: try keysWritten()) }
            if output.isEmpty { try dump.begin() }
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
            if format == .json, !ending.isOutputFailure,
                output.outputFile == nil || ending.isIterationComplete,
                let report = await batches.reportSoFar
            {
                let cursor = ending.isIterationComplete ? nil : dump.settled.cursor
                let keys = limitReached ? dump.keys : dump.settled.keys
                try dump.end(with: ReportLine(report, keys: keys, cursor: cursor).text)
            }
            try output.close(dump.settled, written: dump.written, ending, leftOut: dump.leftOut)
        } catch {
            ending = .failed(CommandFailure(error))
        }
        return ScanEnding(
            ending,
            keys: limitReached ? dump.keys : dump.settled.keys,
            leftOut: dump.leftOut,
            elapsed: begin.duration(to: clock.now),
            nodes: events.nodeCount,
            cursor: dump.settled.cursor
        )
    }

    private func copy(_ batches: ScanBatches, into dump: inout KeyDump) async throws -> ScanEnding.Cause {
        var deadlines = Deadlines()
        if fields.isEmpty {
            for try await batch in batches {
                guard try take(batch, nil, into: &dump, &deadlines) else { return .limitReached }
            }
        } else {
            let patience = CommandOptions(patience: options.patience)
            let detailed = scanner.metadata(of: batches, fields: Set(fields), options: patience)
            for try await batch in detailed {
                events.handle(batch.refusals)
                guard try take(batch.batch, batch.metadata, into: &dump, &deadlines) else {
                    return .limitReached
                }
            }
        }
        guard let report = await batches.report else { throw CancellationError() }
        return .finished(report)
    }

    /// When output was last handed on.
    private struct Deadlines {
        let clock = ContinuousClock()
        var flushed: ContinuousClock.Instant
        var saved: ContinuousClock.Instant

        init() {
            flushed = clock.now
            saved = flushed
        }
    }

    /// Writes a batch, as far as the limit lets it.
    ///
    /// - Returns: Whether more may come.
    private func take(
        _ batch: ScanBatch,
        _ metadata: [KeyMetadata]?,
        into dump: inout KeyDump,
        _ deadlines: inout Deadlines
    ) throws -> Bool {
        if let limit, dump.keys + UInt64(batch.keys.count) >= limit {
            let rest = Int(limit - dump.keys)
            if rest == batch.keys.count {
                try dump.take(batch.keys, metadata, cursor: batch.cursor)
            } else {
                try dump.take(first: rest, of: batch.keys, metadata)
            }
            return false
        }
        try dump.take(batch.keys, metadata, cursor: batch.cursor)
        meter?.note(keys: dump.keys, cursor: batch.cursor)
        // Batches that are ready are handed out without a look at the cancellation.
        try Task.checkCancellation()
        let now = deadlines.clock.now
        if now - deadlines.flushed >= Self.flushInterval {
            try dump.flush()
            deadlines.flushed = now
        }
        if output.checkpointFile != nil, now - deadlines.saved >= checkpointInterval {
            try dump.flush()
            try output.save(dump.settled.cursor, end: dump.settled.end)
            deadlines.saved = deadlines.clock.now
        }
        return true
    }

    /// The keys that were written before and could come again. The output itself is the memory: it holds
    /// exactly what was written up to the cursor.
    ///
    /// - Throws: ``SystemError``; ``CommandFailure`` if the output is not in this format.
    private func keysWritten() throws -> UniqueKeys {
        var keys = UniqueKeys()
        keys.forget(coveredBy: output.cursor)
        if let outputFile = output.outputFile {
            try WrittenNames(format).read(outputFile.file, upTo: outputFile.start) { _ = keys.insert($0) }
        }
        return keys
    }
}
