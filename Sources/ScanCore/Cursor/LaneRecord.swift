/// What must be remembered of a lane so that any process can carry it on: the lane's part of a cursor.
package struct LaneRecord: Hashable, Sendable {
    /// Why the lane reads its slots where it reads them.
    package enum Purpose: Hashable, Sendable {
        /// The shard being read serves the slots and nothing moves.
        case owned
        /// First half of reading slots on the move: the source, from which keys go to the destination (node
        /// id prefix).
        case migrationSource(to: UInt64)
        /// Second half: the destination, after this source was read in full.
        case migrationDestination(from: ProcessMark)
    }

    /// How far the lane has come.
    package enum Position: Hashable, Sendable {
        /// Walks the node with `SCAN`; the server's cursor for the next page, 0 before the first.
        case scan(UInt64)
        /// Reads slot by slot, in ascending order; slots below this one have been read. 16384 when all were.
        case slots(below: Int)
        /// `SCAN` came back to 0; what was read is not credited yet.
        case walked
    }

    /// The index of the lane's shard among the primaries, for the topology named in the cursor.
    package var nodeIndex: Int
    /// The process that is read; its run is 0 where it has not been asked yet.
    package var process: ProcessMark
    /// R13: whether the owner of the slots knew of no epoch above its own when the lane began.
    package var hadHighestEpoch: Bool
    package var purpose: Purpose
    package var position: Position
    /// The slots whose keys the lane returns.
    package var claims: SlotSet

    package init(
        nodeIndex: Int,
        process: ProcessMark,
        hadHighestEpoch: Bool = false,
        purpose: Purpose = .owned,
        position: Position = .scan(0),
        claims: SlotSet
    ) {
        self.nodeIndex = nodeIndex
        self.process = process
        self.hadHighestEpoch = hadHighestEpoch
        self.purpose = purpose
        self.position = position
        self.claims = claims
    }
}

/// Names a lane within one iteration.
package struct LaneID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (lhs: LaneID, rhs: LaneID) -> Bool { lhs.rawValue < rhs.rawValue }
}
