public import ClusterScan
import DequeModule

/// Keys of one page of one node, and what the servers said of them.
public struct DetailedBatch: Sendable {
    /// The keys, with the cursor to resume after them.
    public let batch: ScanBatch
    /// What is known of each key, in the order of the keys.
    public let metadata: [KeyMetadata]
    /// Why a server would not tell something, see ``MetadataAnswer/refusals``.
    public let refusals: [KeyField: ServerError]
}

/// The batches of one iteration over a cluster, with what servers said of the keys. Can be iterated once.
public struct DetailedBatches: AsyncSequence, Sendable {
    /// Batches of keys with cursors and metadata.
    public typealias Element = DetailedBatch

    let scanner: ClusterScanner
    let batches: ScanBatches
    let fields: Set<KeyField>
    let options: CommandOptions

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }

    /// Hands out batches in the order in which they were read.
    public struct Iterator: AsyncIteratorProtocol {
        private let inquiries: BatchInquiries

        init(_ sequence: DetailedBatches) {
            inquiries = BatchInquiries(sequence)
        }

        /// Waits for the next batch.
        ///
        /// - Returns: `nil` when every wanted slot is covered.
        /// - Throws: `ClusterScanError`, with the cursor to resume from, or `CancellationError`.
        public mutating func next() async throws -> DetailedBatch? {
            try await inquiries.next()
        }
    }
}

/// Batches that are being read or asked about: a few groups, so that neither the reading nor the asking waits
/// for the other.
private final class BatchInquiries {
    /// Batches that are asked about together: where servers are busy batches are small, and each would cost
    /// two round trips.
    private struct Group {
        let reading: Task<[ScanBatch], any Error>
        let asking: Task<[DetailedBatch], any Error>

        func cancel() {
            reading.cancel()
            asking.cancel()
        }
    }

    private static let most = 4

    private let sequence: DetailedBatches
    private let reader: BatchReader
    private var ready: Deque<DetailedBatch> = []
    private var groups: Deque<Group> = []
    private var lastReading: Task<[ScanBatch], any Error>?
    private var cursor: ScanCursor?

    init(_ sequence: DetailedBatches) {
        self.sequence = sequence
        reader = BatchReader(sequence.batches)
    }

    deinit {
        for group in groups { group.cancel() }
    }

    func next() async throws -> DetailedBatch? {
        if ready.isEmpty { try await complete() }
        guard let next = ready.popFirst() else { return nil }
        cursor = next.batch.cursor
        return next
    }

    /// Waits for the first group.
    private func complete() async throws {
        while groups.count < Self.most { groups.append(begin()) }
        let all = groups
        do {
            let batches = try await withTaskCancellationHandler {
                try await all[0].asking.value
            } onCancel: {
                for group in all { group.cancel() }
            }
            groups.removeFirst()
            ready = Deque(batches)
        } catch var error as ClusterScanError {
            // Of what was not handed out the caller knows nothing.
            error.cursor = cursor ?? error.cursor
            throw error
        }
    }

    private func begin() -> Group {
        let (reader, sequence, previous) = (reader, sequence, lastReading)
        let reading = Task {
            // One after the other: the reader has one place to read from.
            _ = await previous?.result
            return try await reader.next()
        }
        lastReading = reading
        let asking = Task {
            let batches = try await reading.value
            var inquiry = MetadataInquiry(
                batches.map(\.keys),
                from: batches.map(\.node),
                database: sequence.scanner.database,
                fields: sequence.fields
            )
            try await sequence.scanner.carryOut(&inquiry, options: sequence.options)
            var rest = inquiry.answer.keys[...]
            return batches.map { batch in
                defer { rest = rest.dropFirst(batch.keys.count) }
                return DetailedBatch(
                    batch: batch,
                    metadata: Array(rest.prefix(batch.keys.count)),
                    refusals: inquiry.answer.refusals
                )
            }
        }
        return Group(reading: reading, asking: asking)
    }
}

/// Owns the iterator of the batches.
private actor BatchReader {
    /// Absent while it is in use: a second reference would make it copy the names it may remember.
    private var iterator: ScanBatches.Iterator?

    init(_ batches: ScanBatches) {
        iterator = batches.makeAsyncIterator()
    }

    /// The next batches, none at the end; not to be called again before they are there.
    func next() async throws -> [ScanBatch] {
        guard var iterator = iterator.take() else { return [] }
        defer { self.iterator = iterator }
        return try await iterator.nextReady(keys: ClusterScanner.keysAtOnce)
    }
}
