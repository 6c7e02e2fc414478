import ClusterScan

/// Names of keys whose values are read, up to where the iteration fails: what came before that is not lost
/// with it.
struct ScanNames {
    private var batches: ScanBatches.AsyncIterator
    /// Why there are no more names, once there are none; `nil` if the iteration has ended.
    private(set) var failure: (any Error)?

    init(_ batches: ScanBatches) {
        self.batches = batches.makeAsyncIterator()
    }

    /// - Returns: The next names, or `nil` if there are none.
    /// - Throws: `CancellationError`, after which nothing more is to be done.
    mutating func next() async throws -> ScanBatches.Element? {
        do {
            return try await batches.next()
        } catch let error as ClusterScanError {
            failure = error
            return nil
        }
    }
}
