public import ClusterScan

/// What became of one record that was to be restored.
public enum RestoreOutcome: Sendable {
    /// The key is there.
    case restored
    /// The record's expiry has passed: nothing was sent.
    case expired
    /// The key was there before, and was not to be replaced (`BUSYKEY`).
    case exists
    /// An earlier record of the same dump has settled the key: a scan may return a key twice.
    case repeated
    /// The server refused the record: it is from a newer server, or lacks a module.
    case refused(ServerError)
    /// No node took the record, or whether one did is not known. With
    /// `ClusterScanError.Code.writesRefused` none would take another one.
    case failed(ClusterScanError)
}

/// Decides which of some records are sent, and what the replies say of them. Does no I/O.
package struct RestoreRounds: Sendable {
    private let records: [DumpRecord]
    package private(set) var outcomes: [RestoreOutcome]
    /// Which records are to be sent next, by their places.
    package private(set) var waiting: [Int] = []
    /// Of which records it is not known whether they were restored, and why.
    private var uncertain: [Int: ClusterScanError] = [:]

    /// - Parameters:
    ///   - records: The records.
    ///   - now: Milliseconds since 1970 UTC.
    package init(_ records: [DumpRecord], now: Int64) {
        self.records = records
        outcomes = [RestoreOutcome](repeating: .repeated, count: records.count)
        // Commands on one key run in no particular order: of several records only the last, the newest, is
        // sent.
        var latest: [[UInt8]: Int] = [:]
        for (index, record) in records.enumerated() { latest[record.key] = index }
        for (index, record) in records.enumerated() where latest[record.key] == index {
            if let expiry = record.expiry, expiry <= now {
                outcomes[index] = .expired
            } else {
                waiting.append(index)
            }
        }
    }

    /// Takes the replies to what was ``waiting``, in the same order. What may have been run or not is waiting
    /// again.
    ///
    /// - Parameters:
    ///   - replies: The replies.
    ///   - restored: The keys that were settled before; `nil` if keys that exist are overwritten.
    /// - Throws: `ClusterScanError` if the user may not do this.
    package mutating func take(
        _ replies: [KeyReply],
        besides restored: inout RestoredKeys?
    ) throws(ClusterScanError) {
        var again: [Int] = []
        for (index, reply) in zip(waiting, replies) {
            if case .outcomeUnknown(let error) = reply {
                uncertain[index] = error
                outcomes[index] = .failed(error)
                again.append(index)
            } else {
                outcomes[index] = try outcome(reply, of: index, &restored)
            }
        }
        waiting = again
    }

    private func outcome(
        _ reply: KeyReply,
        of index: Int,
        _ restored: inout RestoredKeys?
    ) throws(ClusterScanError) -> RestoreOutcome {
        let key = records[index].key
        switch reply {
        case .value:
            restored?.insert(key)
            return .restored
        case .error(let error) where error.code == "BUSYKEY":
            if restored?.contains(key) == true { return .repeated }
            // The key may be what was sent before the connection was lost, or what another client wrote.
            if let loss = uncertain[index] { return .failed(loss) }
            // It is counted once, however many records there are of it.
            restored?.insert(key)
            return .exists
        case .error(let error) where error.lacksRights:
            throw ClusterScanError(refusal: error)
        case .error(let error):
            return .refused(error)
        case .tooLarge(let error), .outcomeUnknown(let error), .unreachable(let error):
            return .failed(error)
        }
    }
}
