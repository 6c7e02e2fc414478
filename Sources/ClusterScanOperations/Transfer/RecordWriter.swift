public import ClusterScan

/// Brings records back (`RESTORE`), many at a time, each to the node that serves its key.
///
/// ```swift
/// var writer = RecordWriter(scanner, replacing: false)
/// for (record, outcome) in zip(records, try await writer.write(records)) { … }
/// ```
public struct RecordWriter: Sendable {
    private let scanner: ClusterScanner
    private let isReplacing: Bool
    private var restored: RestoredKeys?

    private static let attempts = 3

    /// Prepares to restore.
    ///
    /// - Parameters:
    ///   - scanner: Where to; a cluster or one server.
    ///   - isReplacing: Whether keys that exist are overwritten.
    ///   - expected: How many records will come, if known. Without replacing, four bytes of memory are taken
    ///     for each, 256 MiB at most, to tell a record that comes twice from a key that was there before.
    public init(_ scanner: ClusterScanner, replacing isReplacing: Bool, expecting expected: UInt64? = nil) {
        self.scanner = scanner
        self.isReplacing = isReplacing
        restored = isReplacing ? nil : RestoredKeys(expecting: expected)
    }

    /// Restores records.
    ///
    /// - Parameter records: All are held in memory: a few MiB, or one that is large.
    /// - Returns: What became of each, in their order.
    /// - Throws: `ClusterScanError` if the user may not do this, or no node tells who serves which slots;
    ///   `CancellationError`. Some records may be restored then.
    public mutating func write(_ records: [DumpRecord]) async throws -> [RestoreOutcome] {
        var rounds = RestoreRounds(records, now: SystemTime.millisecondsSince1970)
        for _ in 0..<RecordWriter.attempts where !rounds.waiting.isEmpty {
            let replies = try await scanner.send(rounds.waiting.map { command(records[$0]) })
            try rounds.take(replies, besides: &restored)
        }
        return rounds.outcomes
    }

    private func command(_ record: DumpRecord) -> KeyCommand {
        var arguments = [Array(String(record.expiry ?? 0).utf8), record.payload]
        if record.expiry != nil { arguments.append(Array("ABSTTL".utf8)) }
        if isReplacing { arguments.append(Array("REPLACE".utf8)) }
        return KeyCommand("RESTORE", key: record.key, arguments, isRepeatable: isReplacing)
    }
}
