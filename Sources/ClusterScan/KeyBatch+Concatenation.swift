import CHiredisSupport

extension KeyBatch {
    /// Copies batches into one, in order. Together they must have less than 4 GiB of names.
    package init(concatenating batches: [KeyBatch]) {
        if batches.count == 1, let only = batches.first {
            self = only
            return
        }
        let byteCount = batches.reduce(0) { $0 + $1.byteCount }
        precondition(byteCount <= Int(UInt32.max))
        guard let memory = cscan_allocate(byteCount) else { fatalError("out of memory") }
        var spans = ContiguousArray<KeySpan>()
        spans.reserveCapacity(batches.reduce(0) { $0 + $1.count })
        var end = 0
        for batch in batches {
            batch.forEachKey { key in
                // `byteCount` is the sum of all these counts, so every copy lies within the allocation.
                if let source = key.baseAddress {
                    (memory + end).copyMemory(from: source, byteCount: key.count)
                }
                spans.append(KeySpan(offset: UInt32(end), length: UInt32(key.count)))
                end += key.count
            }
        }
        self.init(arena: ByteArena(adopting: memory), spans: spans, byteCount: byteCount)
    }
}
