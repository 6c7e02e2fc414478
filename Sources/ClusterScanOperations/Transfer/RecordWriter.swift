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
    private var restored: RestoredKeys

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
        restored = RestoredKeys(expecting: isReplacing ? 0 : expected)
    }

    /// Restores records.
    ///
    /// - Parameter records: All are held in memory: a few MiB, or one that is large.
    /// - Returns: What became of each, in their order.
    /// - Throws: `ClusterScanError` if the user may not do this, or no node tells who serves which slots;
    ///   `CancellationError`. Some records may be restored then.
    public mutating func write(_ records: [DumpRecord]) async throws -> [RestoreOutcome] {
        let now = SystemTime.millisecondsSince1970
        var outcomes = [RestoreOutcome](repeating: .repeated, count: records.count)
        // Commands on one key run in no particular order: of several records only the last, the newest, is sent.
        var latest: [[UInt8]: Int] = [:]
        for (index, record) in records.enumerated() { latest[record.key] = index }
        var waiting: [Int] = []
        for (index, record) in records.enumerated() where latest[record.key] == index {
            if let expiry = record.expiry, expiry <= now {
                outcomes[index] = .expired
            } else {
                waiting.append(index)
            }
        }
        var uncertain: [Int: ClusterScanError] = [:]
        for _ in 0..<RecordWriter.attempts where !waiting.isEmpty {
            let replies = try await scanner.send(waiting.map { command(records[$0]) })
            var again: [Int] = []
            for (index, reply) in zip(waiting, replies) {
                if case .outcomeUnknown(let error) = reply {
                    uncertain[index] = error
                    outcomes[index] = .failed(error)
                    again.append(index)
                } else {
                    outcomes[index] = try outcome(reply, of: records[index], after: uncertain[index])
                }
            }
            waiting = again
        }
        return outcomes
    }

    private func command(_ record: DumpRecord) -> KeyCommand {
        var arguments = [Array(String(record.expiry ?? 0).utf8), record.payload]
        if record.expiry != nil { arguments.append(Array("ABSTTL".utf8)) }
        if isReplacing { arguments.append(Array("REPLACE".utf8)) }
        return KeyCommand("RESTORE", key: record.key, arguments, isRepeatable: isReplacing)
    }

    private mutating func outcome(
        _ reply: KeyReply,
        of record: DumpRecord,
        after loss: ClusterScanError?
    ) throws -> RestoreOutcome {
        switch reply {
        case .value:
            if !isReplacing { restored.insert(record.key) }
            return .restored
        case .error(let error) where error.code == "BUSYKEY":
            if restored.contains(record.key) { return .repeated }
            // It may be what we sent before the connection was lost, or what somebody else wrote.
            guard let loss else {
                // Told once, however many records there are of it.
                restored.insert(record.key)
                return .exists
            }
            return .failed(loss)
        case .error(let error) where error.lacksRights:
            throw ClusterScanError(.permissionDenied, error.message)
        case .error(let error):
            return .refused(error)
        case .tooLarge(let error), .outcomeUnknown(let error), .unreachable(let error):
            return .failed(error)
        }
    }
}
