import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan values`: finds keys, reads their values, and writes them.
struct ValuesRun: Sendable {
    struct Ending: Sendable {
        var dump: ScanEnding
        var unknownTypes: [KeyType: Int] = [:]
        /// Keys that could not be read, or not to their end, and why the first few could not.
        var unreadCount = 0
        var unread: [UnreadKey] = []

        mutating func add(_ tally: ValueReader.Tally) {
            unknownTypes.merge(tally.unknownTypes) { $0 + $1 }
            unreadCount += tally.unread.count
            unread += tally.unread.prefix(max(0, KeyNames.most - unread.count))
        }

        var status: ExitStatus {
            guard dump.status == .complete else { return dump.status }
            return unreadCount > 0 || !unknownTypes.isEmpty ? .keysRefused : .complete
        }
    }

    var scanner: ClusterScanner
    var pattern: GlobPattern?
    var type: KeyType?
    var options: ScanOptions
    var output: ResumableOutput
    var limit: UInt64?
    /// How much has to be read again at most when the process is killed.
    var saveInterval: Duration
    var events: EventLog
    var meter: ProgressMeter?

    private static let keysAtOnce = 4000
    /// Keys do not wait longer than this for others.
    private static let flushInterval = Duration.milliseconds(100)

    /// Runs until the end, the limit, a failure, or the cancellation of the task.
    func run() async -> Ending {
        let begin = ContinuousClock.now
        var writer = ValueWriter(BlockWriter(output.file), escapesDeceptive: output.file.isTerminal)
        var settled = SettledOutput(end: 0, keys: 0, cursor: output.cursor)
        let batches = scanner.batches(from: output.cursor, match: pattern, type: type, options: options)
        var ending = Ending(dump: ScanEnding(.limitReached, keys: 0, cursor: output.cursor))
        do {
            ending.dump.cause = try await copy(batches, into: &writer, &settled, &ending)
            try writer.flush()
        } catch {
            ending.dump.cause =
                error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
        }
        // Of what no cursor stands for a file keeps nothing, unless the limit was reached.
        let keepsAll = if case .limitReached = ending.dump.cause { true } else { output.outputFile == nil }
        do throws(SystemError) {
            if keepsAll || ending.dump.cause.isIterationComplete, !ending.dump.cause.isOutputFailure {
                try writer.breakOff("broken off")
                if output.outputFile == nil || ending.dump.cause.isIterationComplete,
                    let report = await batches.reportSoFar
                {
                    let cursor = ending.dump.cause.isIterationComplete ? nil : settled.cursor
                    try writer.write(line: ReportLine(report, keys: writer.keys, cursor: cursor).text)
                }
                try writer.flush()
            }
            try output.close(settled, written: writer.output.written, ending.dump.cause)
        } catch {
            ending.dump.cause = .failed(CommandFailure(error))
        }
        ending.dump.keys =
            keepsAll && !ending.dump.cause.isOutputFailure ? writer.keys : settled.keys
        ending.dump.cursor = settled.cursor
        ending.dump.nodes = events.nodeCount
        ending.dump.elapsed = begin.duration(to: .now)
        return ending
    }

    private func copy(
        _ batches: ScanBatches,
        into writer: inout ValueWriter,
        _ settled: inout SettledOutput,
        _ ending: inout Ending
    ) async throws -> ScanEnding.Cause {
        let reader = ValueReader(scanner, options: CommandOptions(patience: options.patience))
        var waiting: [[UInt8]] = []
        var cursor = settled.cursor
        var flushed = ContinuousClock.now
        var saved = flushed
        var names = ScanNames(batches)
        while let batch = try await names.next() {
            waiting += batch.keys.map(\.bytes)
            cursor = batch.cursor
            let isDue = ContinuousClock.now - flushed >= Self.flushInterval
            guard waiting.isEmpty || waiting.count >= Self.keysAtOnce || isDue else { continue }
            guard try await write(&waiting, with: reader, into: &writer, &ending) else {
                return .limitReached
            }
            try writer.flush()
            settled = SettledOutput(end: writer.output.written, keys: writer.keys, cursor: cursor)
            try Task.checkCancellation()
            meter?.note(keys: writer.keys, cursor: cursor)
            flushed = .now
            if flushed - saved >= saveInterval {
                try output.save(cursor, end: settled.end)
                saved = flushed
            }
        }
        do {
            guard try await write(&waiting, with: reader, into: &writer, &ending) else {
                return .limitReached
            }
            try writer.flush()
            settled = SettledOutput(end: writer.output.written, keys: writer.keys, cursor: cursor)
        } catch {
            throw names.failure ?? error
        }
        if let failure = names.failure { throw failure }
        guard let report = await batches.report else { throw CancellationError() }
        return .finished(report)
    }

    /// - Returns: Whether more may follow.
    private func write(
        _ waiting: inout [[UInt8]],
        with reader: ValueReader,
        into writer: inout ValueWriter,
        _ ending: inout Ending
    ) async throws -> Bool {
        while !waiting.isEmpty {
            let room = limit.map { Int(clamping: $0 - min($0, writer.keys)) } ?? Int.max
            guard room > 0 else { return false }
            let keys = Array(waiting.prefix(min(Self.keysAtOnce, room)))
            ending.add(try await reader.read(keys, type: type) { part in try writer.write(part) })
            waiting.removeFirst(keys.count)
        }
        return true
    }
}
