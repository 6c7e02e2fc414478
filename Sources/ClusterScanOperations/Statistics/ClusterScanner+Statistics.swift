public import ClusterScan

extension ClusterScanner {
    /// Finds out what the keys of the cluster are.
    ///
    /// ```swift
    /// let statistics = try await scanner.statistics(StatisticsOptions(biggestKeys: 100))
    /// for pattern in statistics.patterns(atMost: 20) { … }
    /// ```
    ///
    /// - Parameters:
    ///   - statisticsOptions: What to find out.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about reading the names.
    /// - Returns: The statistics.
    /// - Throws: What
    ///   ``ClusterScan/ClusterScanner/collectStatistics(into:from:match:type:options:onProgress:)`` throws.
    public func statistics(
        _ statisticsOptions: StatisticsOptions = StatisticsOptions(),
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        options: ScanOptions = ScanOptions()
    ) async throws -> KeyspaceStatistics {
        var statistics = KeyspaceStatistics(statisticsOptions)
        _ = try await collectStatistics(into: &statistics, match: pattern, type: type, options: options)
        return statistics
    }

    /// Adds the keys of the cluster to statistics, which hold what was seen also when this fails or is
    /// cancelled.
    ///
    /// The names are read as `batches(from:match:type:options:)` does. Every key is asked for its type
    /// (`TYPE`), and the keys of the sample for `PTTL`, `MEMORY USAGE` and their length, at the nodes that
    /// serve them: thousands of commands in one write, with two chunks of about 4,000 keys under way. A key
    /// that the iteration returns twice is counted twice, which reading by slot
    /// (`ScanStrategy.slots`, the usual way without a filter) does not do as long as slots stay.
    ///
    /// Commands on keys go to primaries, also where names are read from replicas.
    ///
    /// - Parameters:
    ///   - statistics: What to add to.
    ///   - cursor: Where to begin: `ScanCursor.start`, or one part of a `ScanCursor` that was split among
    ///     several machines, whose statistics can be merged.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about reading the names. Memory is bounded whatever they are.
    ///   - onProgress: Gets how many keys have been looked at by this call, and the cursor after
    ///     them; must not block.
    /// - Returns: What the iteration did. With `ScanOptions.allowsUncoveredSlots` it tells which slots are
    ///   missing.
    /// - Throws: `ClusterScanError`, also if `TYPE` or `PTTL` is not permitted, or `CancellationError`.
    public func collectStatistics(
        into statistics: inout KeyspaceStatistics,
        from cursor: ScanCursor = .start,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        options: ScanOptions = ScanOptions(),
        onProgress: (@Sendable (UInt64, ScanCursor) -> Void)? = nil
    ) async throws -> ScanReport {
        let batches = batches(from: cursor, match: pattern, type: type, options: options)
        let wanted = statistics.options
        let sending = CommandOptions(patience: options.patience)
        try await withThrowingTaskGroup(of: MeasuredChunk.self) { group in
            var iterator = batches.makeAsyncIterator()
            var underWay = 0
            var looked: UInt64 = 0
            var isAtEnd = false
            while !isAtEnd || underWay > 0 {
                if !isAtEnd, underWay < 2 {
                    var chunk = KeyChunk()
                    while chunk.count < Self.keysPerChunk {
                        guard let batch = try await iterator.next() else {
                            isAtEnd = true
                            break
                        }
                        chunk.append(batch)
                    }
                    // Batches that are ready are handed out without a look at the cancellation.
                    try Task.checkCancellation()
                    guard chunk.count > 0 else { continue }
                    underWay += 1
                    group.addTask { [chunk] in try await self.measure(chunk, wanted, sending: sending) }
                } else if let measured = try await group.next() {
                    underWay -= 1
                    measured.add(to: &statistics)
                    looked += UInt64(measured.chunk.count)
                    if let last = measured.chunk.batches.last { onProgress?(looked, last.cursor) }
                }
            }
        }
        guard let report = await batches.report else { throw CancellationError() }
        return report
    }

    private static var keysPerChunk: Int { 4000 }
}
