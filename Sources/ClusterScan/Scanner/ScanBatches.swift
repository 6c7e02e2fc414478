import DequeModule
import Synchronization

/// The batches of one iteration over a cluster. Can be iterated once.
public struct ScanBatches: AsyncSequence, Sendable {
    /// Batches of keys with cursors.
    public typealias Element = ScanBatch

    private let run: Result<ScanRun, ClusterScanError>
    private let start: ScanCursor
    private let precondition = SingleIteration()
    private var known: KnownKeys?

    init(_ run: Result<ScanRun, ClusterScanError>, from start: ScanCursor) {
        self.run = run
        self.start = start
    }

    /// The same batches without keys that were returned before: every key at most once, exactly, also where
    /// nodes have to be read again.
    ///
    /// For this the names of keys are held until their slots are covered: see ``UniqueKeys``.
    ///
    /// - Parameter known: Keys that were returned before the cursor that this iteration goes on from. A
    ///   cursor does not know them.
    /// - Returns: The sequence to iterate in place of this one.
    public func unique(besides known: consuming UniqueKeys = UniqueKeys()) -> ScanBatches {
        var unique = self
        unique.known = KnownKeys(known)
        return unique
    }

    /// Keys on their way to the one iterator: were they kept here as well, it would have to copy them.
    private final class KnownKeys: Sendable {
        private let keys: Mutex<UniqueKeys?>

        init(_ keys: consuming UniqueKeys) {
            self.keys = Mutex(keys)
        }

        func take() -> UniqueKeys? {
            keys.withLock { $0.take() }
        }
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

    /// Stops reading, from any task: when a service shuts down, for example, or a client has gone.
    ///
    /// What was read already is still handed out; then `next()` throws `CancellationError`, also where it is
    /// being waited for. The task that iterates goes on, and can save the last cursor. Has no effect on an
    /// iteration that has ended.
    public func stop() {
        if case .success(let run) = run { run.stopSoon() }
    }

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        precondition.begin()
        return Iterator(run, from: start, known?.take())
    }

    /// Hands out batches as they arrive. May be begun in one task and gone on with in another: a server takes
    /// the first batch before it sends a status, and the others while it sends what they hold.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let run: Result<ScanRun, ClusterScanError>
        private let release: Release?
        private var ready: Deque<ScanBatch> = []
        /// The cursor of the batch that was handed out last.
        private var cursor: ScanCursor
        private var known: UniqueKeys?

        init(
            _ run: Result<ScanRun, ClusterScanError>,
            from cursor: ScanCursor,
            _ known: consuming UniqueKeys?
        ) {
            self.run = run
            self.cursor = cursor
            self.known = known
            release = (try? run.get()).map(Release.init)
        }

        /// Waits for the next batch.
        ///
        /// - Returns: `nil` when every wanted slot is covered.
        /// - Throws: ``ClusterScanError``, with the cursor to resume from, or `CancellationError`.
        public mutating func next() async throws -> ScanBatch? {
            let run = try run.get()
            while ready.isEmpty, !run.isShutDown {
                do {
                    guard let batches = try await run.next() else { return nil }
                    ready = batches
                } catch let error as ClusterScanError where error.code == .shutDown {
                    break
                }
            }
            // What was read ahead is not handed out any more: who is to stop should not have to work it off.
            guard !run.isShutDown else { throw ClusterScanError.scannerWasShutDown(at: cursor) }
            return takeReady()
        }

        /// Waits for the next batch, and takes those along that have been read already: what a consumer asks
        /// the servers about the keys costs a round trip for all of them, not one for each.
        ///
        /// - Parameter limit: No further batch is added once there are so many keys.
        /// - Returns: At least one batch; none when every wanted slot is covered.
        /// - Throws: What ``next()`` throws.
        public mutating func nextReady(keys limit: Int) async throws -> [ScanBatch] {
            guard let first = try await next() else { return [] }
            var batches = [first]
            var count = first.keys.count
            while count < limit, (try? run.get())?.isShutDown == false, let batch = takeReady() {
                batches.append(batch)
                count += batch.keys.count
            }
            return batches
        }

        private mutating func takeReady() -> ScanBatch? {
            guard let batch = ready.popFirst() else { return nil }
            cursor = batch.cursor
            guard let keys = known?.firstSeen(in: batch) else { return batch }
            return ScanBatch(keys: keys, cursor: batch.cursor, node: batch.node)
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
