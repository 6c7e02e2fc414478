public import ClusterScan

extension ClusterScanner {
    /// How many keys are asked about in one call: enough to keep all nodes busy, few enough to hold their
    /// commands in memory.
    static let keysAtOnce = 4096

    /// Asks the servers about keys: types, lifetimes, sizes. Commands are pipelined to the nodes that serve
    /// the keys, through moves and failovers; no key costs a round trip of its own.
    ///
    /// Asking does not count as a use of the keys, except for their length (``KeyField/length``).
    ///
    /// ```swift
    /// for try await batch in scanner.batches() {
    ///     let answer = try await scanner.metadata(of: batch.keys, fields: [.type], preferring: batch.node)
    ///     for (key, metadata) in zip(batch.keys, answer.keys) { … }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - keys: The keys.
    ///   - fields: What to tell of them.
    ///   - node: The node to ask first: `ScanBatch.node` of the batch that named the keys.
    ///   - options: Patience and bounds.
    /// - Returns: What is known of each key, in their order; a key that does not exist any more
    ///   ``KeyMetadata/isGone``.
    /// - Throws: `ClusterScanError` if some keys' nodes did not answer within the options' patience;
    ///   `CancellationError`.
    /// - Complexity: O(*n*) in the number of keys; one round trip for 4,096 keys, and another for lengths.
    public func metadata(
        of keys: KeyBatch,
        fields: Set<KeyField>,
        preferring node: ClusterNode? = nil,
        options: CommandOptions = CommandOptions()
    ) async throws -> MetadataAnswer {
        var whole = MetadataAnswer(keys: [])
        whole.keys.reserveCapacity(keys.count)
        for start in stride(from: 0, to: keys.count, by: Self.keysAtOnce) {
            let part = keys.part(start..<min(start + Self.keysAtOnce, keys.count))
            var inquiry = MetadataInquiry([part], from: [node], database: database, fields: fields)
            try await carryOut(&inquiry, preferring: node, options: options)
            whole.keys += inquiry.answer.keys
            whole.refusals.merge(inquiry.answer.refusals) { first, _ in first }
        }
        return whole
    }

    func carryOut(
        _ inquiry: inout MetadataInquiry,
        preferring node: ClusterNode? = nil,
        options: CommandOptions
    ) async throws {
        try inquiry.take(await send(inquiry.firstCommands(), preferring: node, options: options))
        try inquiry.take(await send(inquiry.lengthCommands(), preferring: node, options: options))
        inquiry.finish()
    }

    /// Reads all nodes at once, as `batches(from:match:type:options:)` does, and asks the servers about the
    /// keys. The next batches are read, and asked about, while the consumer is busy with one.
    ///
    /// - Parameters:
    ///   - batches: The batches; not to be iterated by anyone else.
    ///   - fields: What to tell of the keys.
    ///   - options: Patience and bounds of the questions.
    /// - Returns: A sequence that can be iterated once, of the same batches in the same order.
    public func metadata(
        of batches: ScanBatches,
        fields: Set<KeyField>,
        options: CommandOptions = CommandOptions()
    ) -> DetailedBatches {
        DetailedBatches(scanner: self, batches: batches, fields: fields, options: options)
    }
}
