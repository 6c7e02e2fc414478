import ClusterScan

/// One run of work over the batches of an iteration.
struct WorkRun {
    private let options: WorkOptions
    private let step: @Sendable (WorkChunk) async throws -> WorkTally
    private let chunkSize: Int
    private let start = ContinuousClock.now
    private var pace: WorkPace
    private var line: WorkLine
    private var chunk = WorkChunk()
    /// The cursor of the last batch that has ended in the chunk.
    private var cursor: ScanCursor?

    init(
        from cursor: ScanCursor,
        options: WorkOptions,
        step: @escaping @Sendable (WorkChunk) async throws -> WorkTally
    ) {
        self.options = options
        self.step = step
        pace = WorkPace(keysPerSecond: options.maximumKeysPerSecond)
        chunkSize = pace.chunkSize(atMost: options.maximumKeysPerChunk)
        line = WorkLine(from: cursor, allowsUnreachable: options.scan.allowsUncoveredSlots)
    }

    var progress: WorkProgress { line.progress }

    /// Works until the end, a failure, or the cancellation of the task.
    mutating func run(
        _ batches: ScanBatches,
        onProgress: (WorkProgress) throws -> Void
    ) async -> WorkReport.Ending {
        var ending: WorkReport.Ending
        do {
            for try await batch in batches {
                // Batches that are ready are handed out without a look at the cancellation.
                try Task.checkCancellation()
                try await take(batch, onProgress)
            }
            guard await batches.report != nil else { throw CancellationError() }
            try await beginChunk(onProgress)
            ending = .complete
        } catch is CancellationError {
            ending = .stopped
        } catch {
            ending = .failed(error)
        }
        while line.count > 0 { await line.settleFirst() }
        if let failure = line.failure { return .failed(failure) }
        if case .complete = ending, await batches.report?.isComplete == true {
            // The last batch is handed out before its slots are credited: its cursor is not yet the end.
            line.skip(to: .finished)
        }
        do {
            try onProgress(line.progress)
        } catch {
            ending = .failed(error)
        }
        return ending
    }

    private mutating func take(_ batch: ScanBatch, _ onProgress: (WorkProgress) throws -> Void) async throws {
        var position = 0
        while position < batch.keys.count {
            let end = min(batch.keys.count, position + chunkSize - chunk.keys.count)
            chunk.append(batch.keys, position..<end, foundAt: batch.node)
            position = end
            if position == batch.keys.count { cursor = batch.cursor }
            if chunk.keys.count == chunkSize { try await beginChunk(onProgress) }
        }
        if chunk.keys.isEmpty {
            if batch.keys.isEmpty { line.skip(to: batch.cursor) }
        } else {
            cursor = batch.cursor
        }
        while line.isFirstDone { try await settleFirst(onProgress) }
        // Few keys in a batch: they wait for more while there is work under way, and go at once otherwise.
        if line.count < options.maximumConcurrentChunks { try await beginChunk(onProgress) }
    }

    private mutating func beginChunk(_ onProgress: (WorkProgress) throws -> Void) async throws {
        guard !chunk.keys.isEmpty else { return }
        while line.count >= options.maximumConcurrentChunks { try await settleFirst(onProgress) }
        let pause = pace.pause(before: chunk.keys.count, now: start.duration(to: .now))
        if pause > .zero { try await Task.sleep(for: pause) }
        try Task.checkCancellation()
        line.begin(chunk, cursor: cursor, step: step)
        chunk = WorkChunk()
        cursor = nil
    }

    private mutating func settleFirst(_ onProgress: (WorkProgress) throws -> Void) async throws {
        await line.settleFirst()
        if let failure = line.failure { throw failure }
        try onProgress(line.progress)
    }
}
