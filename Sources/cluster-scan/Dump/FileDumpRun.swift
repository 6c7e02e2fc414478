import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan dump`: finds keys, reads what `RESTORE` needs, and writes it.
struct FileDumpRun: Sendable {
    struct Ending: Sendable {
        var dump: ScanEnding
        var bytes: UInt64 = 0
        /// Keys that could not be read, and why the first few could not.
        var unreadCount: UInt64 = 0
        var unread: [UnreadKey] = []

        var status: ExitStatus {
            guard dump.status == .complete else { return dump.status }
            return unreadCount > 0 ? .keysRefused : .complete
        }
    }

    var scanner: ClusterScanner
    var query: ScanQuery
    var source: String
    var options: ScanOptions
    /// `nil` for standard output.
    var output: DumpOutput?
    var events: EventLog
    /// Whether the user has asked to stop. The task is cancelled a while later, if that was not enough.
    var isStopping: @Sendable () -> Bool
    var meter: ProgressMeter?

    private static let keysAtOnce = 4000
    private static let flushInterval = Duration.milliseconds(200)
    /// How much has to be read again at most when the process is killed.
    private static let markInterval = Duration.seconds(5)

    /// Runs until the end, a failure, or the cancellation of the task.
    func run() async -> Ending {
        let begin = ContinuousClock.now
        let start = output?.start?.mark
        var writer = start.map { DumpWriter(continuing: $0) } ?? DumpWriter()
        var bytes = BlockWriter(output?.file ?? .standardOutput)
        var cursor = start?.cursor ?? .start
        // Whether the records written so far are exactly those the cursor stands for.
        var isSettled = true
        let before = writer.counts.records
        var ending = Ending(dump: ScanEnding(.limitReached, keys: 0, cursor: cursor))
        let batches = scanner.batches(
            from: cursor,
            match: query.pattern,
            type: query.type,
            options: options
        )
        do {
            if start == nil {
                let header = DumpHeader(
                    created: SystemTime.millisecondsSince1970,
                    query: query,
                    source: source
                )
                try writer.begin(header) { try bytes.append($0) }
            }
            try await copy(batches, into: &writer, &bytes, &cursor, &isSettled, &ending)
            guard let report = await batches.report else { throw CancellationError() }
            ending.dump.cause = .finished(report)
            // With --resume slots that could not be covered are left for the next run.
            if report.isComplete || output == nil {
                try writer.finish(uncovered: report.uncovered) { try bytes.append($0) }
            }
            try bytes.flush()
            if report.isComplete { try output?.complete() }
        } catch {
            ending.dump.cause =
                error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
            do {
                if isSettled, !cursor.isStart, !cursor.isFinished, !ending.dump.cause.isOutputFailure {
                    try mark(cursor, in: &writer, &bytes)
                }
            } catch {
                ending.dump.cause = .failed(CommandFailure(error))
            }
        }
        ending.dump.keys = writer.counts.records - before
        ending.bytes = writer.offset
        ending.unreadCount = writer.leftOut
        ending.dump.cursor = cursor
        ending.dump.nodes = events.nodeCount
        ending.dump.elapsed = begin.duration(to: .now)
        return ending
    }

    private func copy(
        _ batches: ScanBatches,
        into writer: inout DumpWriter,
        _ bytes: inout BlockWriter,
        _ cursor: inout ScanCursor,
        _ isSettled: inout Bool,
        _ ending: inout Ending
    ) async throws {
        var reader = RecordReader(scanner)
        var waiting: [[UInt8]] = []
        var flushed = ContinuousClock.now
        var marked = flushed
        for try await batch in batches {
            waiting += batch.keys.map(\.bytes)
            let isDue = ContinuousClock.now - flushed >= Self.flushInterval
            guard waiting.count >= Self.keysAtOnce || isDue else { continue }
            isSettled = false
            try await read(&waiting, with: &reader, into: &writer, &bytes, &ending)
            isSettled = true
            cursor = batch.cursor
            meter?.note(keys: writer.counts.records, cursor: cursor)
            flushed = .now
            // At the end the trailer says it all.
            guard !cursor.isFinished else { continue }
            guard !isStopping() else { throw CancellationError() }
            if flushed - marked >= Self.markInterval {
                try mark(cursor, in: &writer, &bytes)
                marked = .now
            }
        }
        isSettled = false
        try await read(&waiting, with: &reader, into: &writer, &bytes, &ending)
    }

    private func mark(
        _ cursor: ScanCursor,
        in writer: inout DumpWriter,
        _ bytes: inout BlockWriter
    ) throws {
        try writer.mark(cursor) { try bytes.append($0) }
        try bytes.flush()
        try output?.file.synchronize()
    }

    private func read(
        _ waiting: inout [[UInt8]],
        with reader: inout RecordReader,
        into writer: inout DumpWriter,
        _ bytes: inout BlockWriter,
        _ ending: inout Ending
    ) async throws {
        guard !waiting.isEmpty else { return }
        let unread = try await reader.read(waiting) { record in
            try writer.append(record) { try bytes.append($0) }
        }
        waiting = []
        writer.leaveOut(UInt64(unread.count))
        ending.unread += unread.prefix(max(0, KeyNames.most - ending.unread.count))
    }
}
