import ClusterScan
import Foundation
import Synchronization
import TestCluster

/// Writes the journal to standard output, a batch and its cursor in one call. Counts events for it, and tells
/// them on standard error for whoever has to find out why a key was missed.
final class JournalWriter: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func write(_ keys: KeyBatch, _ cursor: ScanCursor) throws {
        var output: [UInt8] = []
        output.reserveCapacity(keys.byteCount + 5 * keys.count + 512)
        keys.forEachKey { ScanJournal.append(.key, $0, to: &output) }
        ScanJournal.append(.counts, summary, to: &output)
        ScanJournal.append(.cursor, cursor.description, to: &output)
        try FileHandle.standardOutput.write(contentsOf: Data(output))
    }

    func end() throws {
        try write(.end, "")
    }

    func fail(_ reason: String) throws {
        try write(.failure, reason)
    }

    private func write(_ kind: ScanJournal.Kind, _ text: String) throws {
        var output: [UInt8] = []
        ScanJournal.append(.counts, summary, to: &output)
        ScanJournal.append(kind, text, to: &output)
        try FileHandle.standardOutput.write(contentsOf: Data(output))
    }

    func note(_ event: ScanEvent) {
        counts.withLock { counts in
            switch event {
            case .laneStarted: counts["passes", default: 0] += 1
            case .laneRestarted: counts["restarts", default: 0] += 1
            case .laneEnded(_, _, let lost) where !lost.isEmpty: counts["losses", default: 0] += 1
            case .laneEnded, .paceChanged, .announcedAddressesUnreachable, .lookAlike: break
            case .topologyLoaded: counts["topologies", default: 0] += 1
            case .retrying: counts["retries", default: 0] += 1
            case .keysLeftOver: counts["leftOver", default: 0] += 1
            case .slotsGivenUp: counts["givenUp", default: 0] += 1
            }
        }
        FileHandle.standardError.write(Data("\(event)\n".utf8))
    }

    private var summary: String {
        counts.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
    }
}
