/// What copying moved, besides what ``WorkTally`` counts.
public struct CopyStatistics: Hashable, Sendable {
    /// Keys that were copied element by element: too large, or too new for the destination, to be moved in one
    /// piece.
    public internal(set) var copiedByElements: UInt64 = 0
    /// How much was sent to the destination, in bytes of values.
    public internal(set) var bytes: UInt64 = 0

    static func += (left: inout CopyStatistics, right: CopyStatistics) {
        left.copiedByElements += right.copiedByElements
        left.bytes += right.bytes
    }
}
