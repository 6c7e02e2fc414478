extension ScanCursor {
    /// What a cursor in progress says, for people and for tools that watch an iteration.
    public struct Inspection: Sendable, Hashable {
        /// Keys handed out since the start, over all resumptions.
        public let keysReturned: UInt64
        /// The slots to read.
        public let wanted: SlotSet
        /// The wanted slots that are done.
        public let covered: SlotSet
        /// Names the primaries that the node indices of ``lanes`` count, see ``ClusterTopology/fingerprint``.
        public let topologyFingerprint: UInt32
        /// Names the `MATCH`, `TYPE` and database that the cursor belongs to.
        public let queryDigest: UInt64
        /// The nodes being read, in the order in which that began. One node may be there more than once while
        /// slots migrate.
        public let lanes: [Lane]
    }

    /// How far the reading of one node has come.
    public struct Lane: Sendable, Hashable {
        /// The index of the node's shard among the primaries of the topology that the cursor names.
        public let nodeIndex: Int
        /// The node and the process that is read.
        public let process: Process
        /// Why the node is read.
        public let purpose: Purpose
        /// Where the reading stands.
        public let position: Position
        /// The slots whose keys are taken from this node.
        public let slots: SlotSet
    }

    /// A server process, as far as a cursor remembers it.
    public struct Process: Sendable, Hashable {
        /// The first 16 of the 40 hexadecimal digits of the node id.
        public let nodeIDPrefix: String
        /// The first 16 of the 40 hexadecimal digits of the run id; zeros where it has not been asked for
        /// yet.
        public let runIDPrefix: String
        /// The node's config epoch when it was first asked.
        public let configEpoch: UInt64
    }

    /// Why a node is read.
    public enum Purpose: Sendable, Hashable {
        /// Its shard serves the slots.
        case owner
        /// The slots are moving away from it, to the node whose id begins with these digits.
        case migrationSource(to: String)
        /// The slots are moving to it, from this process, which was read before.
        case migrationDestination(from: Process)
    }

    /// Where the reading of a node stands.
    public enum Position: Sendable, Hashable {
        /// At this cursor of the server's own `SCAN`.
        case server(cursor: UInt64)
        /// Every slot below this one was read, slot by slot.
        case slots(below: Int)
        /// Every page was read; whether the slots count as covered is still to be checked.
        case walked
    }

    /// What the cursor says; `nil` for the cursor that starts an iteration and the one that ends it.
    ///
    /// - Complexity: O(number of lanes).
    public var inspection: Inspection? {
        guard case .inProgress(let progress) = state else { return nil }
        return Inspection(
            keysReturned: progress.keysReturned,
            wanted: progress.wanted,
            covered: progress.covered,
            topologyFingerprint: progress.fingerprint,
            queryDigest: progress.queryDigest,
            lanes: progress.orderedLanes.map { Lane($0.record) }
        )
    }
}

extension ScanCursor.Lane {
    init(_ record: LaneRecord) {
        nodeIndex = record.nodeIndex
        process = ScanCursor.Process(record.process)
        slots = record.claims
        purpose =
            switch record.purpose {
            case .owned: .owner
            case .migrationSource(let destination):
                .migrationSource(to: HexadecimalDigits.text(destination, digits: 16))
            case .migrationDestination(let source): .migrationDestination(from: ScanCursor.Process(source))
            }
        position =
            switch record.position {
            case .scan(let cursor): .server(cursor: cursor)
            case .slots(let next): .slots(below: next)
            case .walked: .walked
            }
    }
}

extension ScanCursor.Process {
    init(_ mark: ProcessMark) {
        nodeIDPrefix = HexadecimalDigits.text(mark.node, digits: 16)
        runIDPrefix = HexadecimalDigits.text(mark.run, digits: 16)
        configEpoch = mark.epoch
    }
}

extension ScanCursor.Lane {
    /// About how much of the reading is done, from 0 to 1.
    ///
    /// A `SCAN` cursor is a bucket number that counts up from its highest bit (`dictScan`, `rev`): its bits
    /// in reverse order are a binary fraction, whatever the size of the table. Servers with one table per
    /// slot visit slots in ascending order and keep the slot in the low 14 bits.
    ///
    /// - Parameter version: The server's version, which tells one kind of cursor from the other.
    /// - Returns: The share, an estimate.
    /// - Complexity: O(1).
    public func fractionRead(onServer version: ServerVersion) -> Double {
        switch position {
        case .walked:
            return 1
        case .slots(let next):
            return fraction(below: next)
        case .server(let cursor):
            guard version.scansSingleSlots else {
                var (bits, reversed) = (cursor, UInt64(0))
                for _ in 0..<UInt64.bitWidth {
                    reversed = reversed << 1 | bits & 1
                    bits >>= 1
                }
                return Double(reversed) * 0x1p-64
            }
            return fraction(below: Int(cursor & UInt64(HashSlot.count - 1)))
        }
    }

    private func fraction(below slot: Int) -> Double {
        Double(slots.intersection(SlotSet(below: slot)).count) / Double(max(slots.count, 1))
    }
}
