/// The keys of one iteration over a cluster, one by one. Can be iterated once.
public struct ScanKeys: AsyncSequence, Sendable {
    /// Names of keys.
    public typealias Element = KeyBatch.Key

    let batches: ScanBatches

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(batches: batches.makeAsyncIterator())
    }

    /// Hands out keys as they arrive.
    public struct Iterator: AsyncIteratorProtocol {
        private var batches: ScanBatches.Iterator
        private var batch: KeyBatch?
        private var position = 0

        init(batches: ScanBatches.Iterator) {
            self.batches = batches
        }

        /// Waits for the next key.
        ///
        /// - Returns: `nil` when every wanted slot is covered.
        /// - Throws: ``ClusterScanError``, with the cursor to resume from, or `CancellationError`.
        public mutating func next() async throws -> KeyBatch.Key? {
            while true {
                if let batch, position < batch.count {
                    defer { position += 1 }
                    return batch[position]
                }
                guard let next = try await batches.next() else { return nil }
                batch = next.keys
                position = 0
            }
        }
    }
}
