extension KeyBatch {
    /// Copies batches into one, in order.
    package init(concatenating batches: [KeyBatch]) {
        guard batches.count != 1 else {
            self = batches[0]
            return
        }
        self.init(batches.flatMap { batch in batch.map(\.bytes) })
    }
}
