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
    private let options: CommandOptions
    private var restored: RestoredKeys?

    private static let attempts = 3

    /// Prepares to restore.
    ///
    /// - Parameters:
    ///   - scanner: Where to; a cluster or one server.
    ///   - isReplacing: Whether keys that exist are overwritten.
    ///   - expected: How many records will come, if known. Without replacing, four bytes of memory are taken
    ///     for each, 256 MiB at most, to tell a record that comes twice from a key that was there before.
    ///   - options: How long nodes may be out of reach, or take no writes.
    public init(
        _ scanner: ClusterScanner,
        replacing isReplacing: Bool,
        expecting expected: UInt64? = nil,
        options: CommandOptions = CommandOptions()
    ) {
        self.scanner = scanner
        self.options = options
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
        for attempt in 0..<RecordWriter.attempts where !rounds.waiting.isEmpty {
            let commands = rounds.waiting.map { index in
                let record = records[index]
                return KeyCommand.restore(
                    record.payload,
                    as: record.key,
                    expiry: record.expiry,
                    replacing: isReplacing
                )
            }
            let replies =
                attempt == 0
                ? try await scanner.send(commands, options: options) : try await sendSingly(commands)
            try rounds.take(replies, besides: &restored)
        }
        return rounds.outcomes
    }

    /// Sends one after the other: a record at which the server breaks the connection off does not cost its
    /// neighbours theirs.
    private func sendSingly(_ commands: [KeyCommand]) async throws -> [KeyReply] {
        var replies: [KeyReply] = []
        for command in commands {
            if let last = replies.last, case .unreachable = last {
                // Each would wait for the node until patience ends.
                replies.append(last)
            } else {
                replies += try await scanner.send([command], options: options)
            }
        }
        return replies
    }
}
