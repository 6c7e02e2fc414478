import DequeModule

/// Batches that were read but not handed out yet, and whether more may be read.
struct ReadAheadBuffer: Sendable {
    private var batches: Deque<ScanBatch> = []
    private var bytes = 0
    private let limit: Int

    /// - Parameter limit: Reading stops while the buffer holds more than this many bytes of key names.
    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { batches.isEmpty }

    /// Whether it is worth waking a consumer on another thread for what is here: with a page at a time, a
    /// sixth of the CPU time of a scan went into waking.
    var isWorthWaking: Bool { bytes >= min(Self.handful, limit) }

    private static let handful = 256 << 10

    /// Whether another page may be asked for. Pages under way are not counted: one per node may exceed the
    /// limit.
    var hasRoom: Bool { bytes <= limit }

    mutating func append(_ batch: ScanBatch) {
        bytes += Self.cost(of: batch)
        batches.append(batch)
    }

    /// Takes out everything, oldest first.
    mutating func removeAll() -> Deque<ScanBatch> {
        defer {
            batches = []
            bytes = 0
        }
        return batches
    }

    /// The names and a fixed share for what surrounds them, so that many small batches count as well.
    private static func cost(of batch: ScanBatch) -> Int {
        batch.keys.byteCount + 16 * batch.keys.count + 256
    }
}
