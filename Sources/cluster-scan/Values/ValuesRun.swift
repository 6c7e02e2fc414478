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
    var start: ScanCursor
    var limit: UInt64?
    /// `nil` for standard output.
    var outputFile: OutputFile?
    var cursorFile: CheckpointFile?
    var events: EventLog
    var meter: ProgressMeter?

    /// What has arrived in the output: its length, without what was there before, and where to go on from.
    private struct Settled {
        var end: UInt64
        var cursor: ScanCursor
    }

    private static let keysAtOnce = 4000
    /// Keys do not wait longer than this for others.
    private static let flushInterval = Duration.milliseconds(100)
    /// How much has to be read again at most when the process is killed.
    private static let saveInterval = Duration.seconds(10)

    /// Runs until the end, the limit, a failure, or the cancellation of the task.
    func run() async -> Ending {
        let begin = ContinuousClock.now
        let file = outputFile?.file ?? .standardOutput
        var writer = ValueWriter(BlockWriter(file), escapesDeceptive: file.isTerminal)
        var settled = Settled(end: 0, cursor: start)
        let batches = scanner.batches(from: start, match: pattern, type: type, options: options)
        var ending = Ending(dump: ScanEnding(.limitReached, keys: 0, cursor: start))
        do {
            ending.dump.cause = try await copy(batches, into: &writer, &settled, &ending)
            try writer.flush()
        } catch let failure as SystemError {
            ending.dump.cause = .failed(CommandFailure(failure))
        } catch {
            ending.dump.cause =
                error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
        }
        do throws(SystemError) {
            if !ending.dump.cause.isOutputFailure {
                try writer.breakOff("broken off")
                if outputFile == nil || ending.dump.cause.isIterationComplete,
                    let report = await batches.reportSoFar
                {
                    let cursor = ending.dump.cause.isIterationComplete ? nil : settled.cursor
                    try writer.write(line: ReportLine(report, keys: writer.keys, cursor: cursor).text)
                }
                try writer.flush()
            }
            try tidyUp(settled, ending.dump.cause)
        } catch {
            ending.dump.cause = .failed(CommandFailure(error))
        }
        ending.dump.keys = writer.keys
        ending.dump.cursor = settled.cursor
        ending.dump.nodes = events.nodeCount
        ending.dump.elapsed = begin.duration(to: .now)
        return ending
    }

    private func copy(
        _ batches: ScanBatches,
        into writer: inout ValueWriter,
        _ settled: inout Settled,
        _ ending: inout Ending
    ) async throws -> ScanEnding.Cause {
        let reader = ValueReader(scanner)
        var waiting: [[UInt8]] = []
        var flushed = ContinuousClock.now
        var saved = flushed
        for try await batch in batches {
            waiting += batch.keys.map(\.bytes)
            let isDue = ContinuousClock.now - flushed >= Self.flushInterval
            guard waiting.count >= Self.keysAtOnce || isDue else {
                settled.cursor = waiting.isEmpty ? batch.cursor : settled.cursor
                continue
            }
            guard try await write(&waiting, with: reader, into: &writer, &ending) else {
                return .limitReached
            }
            try Task.checkCancellation()
            try writer.flush()
            settled = Settled(end: writer.output.written, cursor: batch.cursor)
            meter?.note(keys: writer.keys, cursor: batch.cursor)
            flushed = .now
            if let cursorFile, flushed - saved >= Self.saveInterval {
                try outputFile?.file.synchronize()
                try cursorFile.save(settled.cursor)
                saved = flushed
            }
        }
        guard let report = await batches.report else { throw CancellationError() }
        guard try await write(&waiting, with: reader, into: &writer, &ending) else { return .limitReached }
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

    /// Leaves the output and the cursor file as they are to be found.
    private func tidyUp(_ settled: Settled, _ cause: ScanEnding.Cause) throws(SystemError) {
        let limitReached = if case .limitReached = cause { true } else { false }
        if let outputFile {
            if cause.isIterationComplete || (limitReached && cursorFile == nil) {
                try outputFile.complete()
            } else {
                try outputFile.truncate(to: settled.end)
                try outputFile.file.synchronize()
            }
        }
        if cause.isIterationComplete {
            try cursorFile?.remove()
        } else {
            try cursorFile?.save(settled.cursor)
        }
    }
}
