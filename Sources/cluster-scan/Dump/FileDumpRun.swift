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

    /// What is written, and the last place in it that the cursor stands for.
    private struct State: ~Copyable {
        /// The dump up to a place that a mark may follow.
        struct Place {
            var writer: DumpWriter
            var cursor: ScanCursor
        }

        var writer: DumpWriter
        var bytes: BlockWriter
        /// The last place that all records before were read for.
        var settled: Place
        /// The last place with a mark, all of which has been written.
        var saved: Place

        /// Notes that the records written so far are exactly those the cursor stands for. One that has come
        /// to the end stands for nothing: as text it is the start.
        mutating func settle(_ cursor: ScanCursor) throws {
            guard !cursor.isFinished else { return }
            try writer.flush { try bytes.append($0) }
            settled = Place(writer: writer, cursor: cursor)
        }

        mutating func mark() throws {
            try writer.mark(settled.cursor) { try bytes.append($0) }
            try bytes.flush()
            settled.writer = writer
            saved = settled
        }
    }

    /// Runs until the end, a failure, or the cancellation of the task.
    func run() async -> Ending {
        let begin = ContinuousClock.now
        let start = output?.start?.mark
        let first = State.Place(
            writer: start.map { DumpWriter(continuing: $0) } ?? DumpWriter(),
            cursor: start?.cursor ?? .start
        )
        var state = State(
            writer: first.writer,
            bytes: BlockWriter(output?.file ?? .standardOutput),
            settled: first,
            saved: first
        )
        var ending = Ending(dump: ScanEnding(.limitReached, keys: 0, cursor: first.cursor))
        let batches = scanner.batches(
            from: first.cursor,
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
                try state.writer.begin(header) { try state.bytes.append($0) }
            }
            try await copy(batches, into: &state, &ending)
            guard let report = await batches.report else { throw CancellationError() }
            ending.dump.cause = .finished(report)
            // What is missing can be added in front of the trailer that says so.
            if !report.isComplete { try state.mark() }
            try state.writer.finish(uncovered: report.uncovered) { try state.bytes.append($0) }
            try state.bytes.flush()
            if report.isComplete { try output?.complete() } else { try output?.file.synchronize() }
        } catch {
            ending.dump.cause =
                error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
            breakOff(&state, &ending)
        }
        ending.dump.keys = state.writer.counts.records - first.writer.counts.records
        ending.bytes = state.writer.offset
        ending.unreadCount = state.writer.leftOut
        ending.dump.cursor = state.settled.cursor
        ending.dump.nodes = events.nodeCount
        ending.dump.elapsed = begin.duration(to: .now)
        return ending
    }

    private func copy(
        _ batches: ScanBatches,
        into state: inout State,
        _ ending: inout Ending
    ) async throws {
        var reader = RecordReader(scanner, options: CommandOptions(patience: options.patience))
        var waiting: [[UInt8]] = []
        var cursor = state.settled.cursor
        var flushed = ContinuousClock.now
        var marked = flushed
        try state.settle(cursor)
        var names = ScanNames(batches)
        while let batch = try await names.next() {
            waiting += batch.keys.map(\.bytes)
            cursor = batch.cursor
            let isDue = ContinuousClock.now - flushed >= Self.flushInterval
            guard waiting.count >= Self.keysAtOnce || isDue else { continue }
            try await read(&waiting, with: &reader, into: &state, &ending)
            try state.settle(cursor)
            meter?.note(keys: state.writer.counts.records, cursor: cursor)
            flushed = .now
            // At the end the trailer says it all.
            guard !cursor.isFinished else { continue }
            guard !isStopping() else { throw CancellationError() }
            if flushed - marked >= Self.markInterval {
                try state.mark()
                try output?.file.synchronize()
                marked = .now
            }
        }
        do {
            try await read(&waiting, with: &reader, into: &state, &ending)
            try state.settle(cursor)
        } catch {
            throw names.failure ?? error
        }
        if let failure = names.failure { throw failure }
    }

    /// Leaves in a file exactly what the cursor stands for, with a mark from which it can be carried on.
    private func breakOff(_ state: inout State, _ ending: inout Ending) {
        do {
            guard !ending.dump.cause.isOutputFailure else { throw CancellationError() }
            try state.writer.flush { try state.bytes.append($0) }
            try state.bytes.flush()
            guard let file = output?.file else { return }
            try file.truncate(to: Int64(state.settled.writer.offset))
            state.writer = state.settled.writer
            try state.mark()
            try file.synchronize()
        } catch {
            if !ending.dump.cause.isOutputFailure { ending.dump.cause = .failed(CommandFailure(error)) }
            let hasArrived = state.bytes.written >= state.settled.writer.offset
            if output != nil || !hasArrived { state.settled = state.saved }
            state.writer = state.settled.writer
            try? output?.file.truncate(to: Int64(state.settled.writer.offset))
        }
    }

    private func read(
        _ waiting: inout [[UInt8]],
        with reader: inout RecordReader,
        into state: inout State,
        _ ending: inout Ending
    ) async throws {
        guard !waiting.isEmpty else { return }
        let unread = try await reader.read(waiting) { record in
            try state.writer.append(record) { try state.bytes.append($0) }
        }
        waiting = []
        state.writer.leaveOut(UInt64(unread.count))
        ending.unread += unread.prefix(max(0, KeyNames.most - ending.unread.count))
    }
}
