import ClusterScan

/// Counts what became of the keys of a chunk that were to be copied.
struct CopyTally {
    private(set) var work = WorkTally()
    private(set) var statistics = CopyStatistics()
    private let chunk: WorkChunk

    init(_ chunk: WorkChunk) {
        self.chunk = chunk
    }

    mutating func noteCopied(_ index: Int, bytes: Int, byElements: Bool = false) {
        work.add(.done, for: chunk.keys[index])
        statistics.bytes += UInt64(bytes)
        if byElements { statistics.copiedByElements += 1 }
    }

    /// The destination has the key already, with the same value and expiry.
    mutating func noteAlike(_ index: Int) {
        work.add(.unchanged, for: chunk.keys[index])
    }

    mutating func noteVanished(_ index: Int) {
        work.add(.missing, for: chunk.keys[index])
    }

    /// Counts a key that the destination has already by how the two compare.
    mutating func note(_ verdict: ValueVerdict, _ index: Int) {
        switch verdict {
        case .alike: noteAlike(index)
        case .missingAtSource: noteVanished(index)
        case .missingAtDestination: noteFailure(index, "the destination lost it meanwhile")
        case .different: noteKept(index)
        case .unknown(let reason): noteFailure(index, reason)
        }
    }

    /// The destination has another value under the name, and keeps it.
    private mutating func noteKept(_ index: Int) {
        noteFailure(
            index,
            ServerError(message: "BUSYKEY the destination has another value under this name, and keeps it")
        )
    }

    mutating func noteFailure(_ index: Int, _ error: ServerError) {
        work.add(.refused(error), for: chunk.keys[index])
    }

    /// Counts a key that is not copied for a reason that no server has given.
    mutating func noteFailure(_ index: Int, _ reason: String) {
        noteFailure(index, ServerError(notCopied: reason))
    }
}

/// What copying moved, besides what ``WorkTally`` counts.
public struct CopyStatistics: Hashable, Sendable {
    /// Keys that were copied with the commands of their types, and not with `DUMP` and `RESTORE`: too large
    /// for one piece, or not understood by the destination.
    public internal(set) var copiedByElements: UInt64 = 0
    /// How much was sent to the destination, in bytes of values.
    public internal(set) var bytes: UInt64 = 0

    static func += (left: inout CopyStatistics, right: CopyStatistics) {
        left.copiedByElements += right.copiedByElements
        left.bytes += right.bytes
    }
}
