import DequeModule

/// The batches of one iteration over a cluster. Can be iterated once.
public struct ScanBatches: AsyncSequence, Sendable {
    /// Batches of keys with cursors.
    public typealias Element = ScanBatch

    private let run: Result<ScanRun, ClusterScanError>
    private let precondition = SingleIteration()

    init(_ run: Result<ScanRun, ClusterScanError>) {
        self.run = run
    }

    /// What the iteration did; `nil` before it has ended well.
    public var report: ScanReport? {
        get async {
            guard case .success(let run) = run else { return nil }
            return await run.report
        }
    }

    /// What the iteration has done so far, also after it failed or was stopped; `nil` if its cursor was
    /// refused.
    public var reportSoFar: ScanReport? {
        get async {
            guard case .success(let run) = run else { return nil }
            return await run.reportSoFar
        }
    }

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        precondition.begin()
        return Iterator(run)
    }

    /// Hands out batches as they arrive.
    public struct Iterator: AsyncIteratorProtocol {
        private let run: Result<ScanRun, ClusterScanError>
        private let release: Release?
        private var ready: Deque<ScanBatch> = []

        init(_ run: Result<ScanRun, ClusterScanError>) {
            self.run = run
            release = (try? run.get()).map(Release.init)
        }

        /// Waits for the next batch.
        ///
        /// - Returns: `nil` when every wanted slot is covered.
        /// - Throws: ``ClusterScanError``, with the cursor to resume from, or `CancellationError`.
        public mutating func next() async throws -> ScanBatch? {
            while ready.isEmpty {
                guard let batches = try await run.get().next() else { return nil }
                ready = batches
            }
            return ready.popFirst()
        }
    }

    /// Closes the run's connections when the iterator is let go before the end.
    private final class Release: Sendable {
        private let run: ScanRun

        init(_ run: ScanRun) {
            self.run = run
        }

        deinit {
            run.stopSoon()
        }
    }
}
