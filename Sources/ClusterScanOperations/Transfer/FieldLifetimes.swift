import ClusterScan
import Synchronization

/// Asks how long fields of hashes live on: from Redis 7.4 and Valkey 9.0 on they can expire one by one.
final class FieldLifetimes: Sendable {
    typealias Lifetime = (field: [UInt8], timeToLive: Int64)

    private let scanner: ClusterScanner
    private let options: CommandOptions
    /// Whether a server may know what is asked: false once all that were asked have not.
    private let isKnown = Mutex(true)

    init(_ scanner: ClusterScanner, options: CommandOptions) {
        self.scanner = scanner
        self.options = options
    }

    /// Asks for all fields of some hashes.
    ///
    /// - Parameter hashes: The hashes and their fields.
    /// - Returns: For each hash those fields that expire, and in how many milliseconds.
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit the command.
    func read(_ hashes: [(key: [UInt8], fields: [[UInt8]])]) async throws -> [[Lifetime]] {
        guard isKnown.withLock({ $0 }), !hashes.isEmpty else {
            return Array(repeating: [], count: hashes.count)
        }
        let answers = try await scanner.answers(
            to: hashes.map { key, fields in
                KeyCommand(
                    "HPTTL",
                    key: key,
                    .text("FIELDS", "\(fields.count)") + fields,
                    isRepeatable: true
                )
            },
            options: options
        )
        if answers.allSatisfy({ $0.refusal?.isUnknownCommand ?? false }) { isKnown.withLock { $0 = false } }
        return zip(hashes, answers).map { hash, answer in
            // Where the hash has gone, or is none any more, there is nothing to tell.
            zip(hash.fields, answer.value?.array ?? []).compactMap { field, left in
                guard let left = left.integer, left >= 0 else { return nil }
                return (field, left)
            }
        }
    }
}
