/// How far an iteration has come: all that a cursor says.
///
/// A copy is taken for every batch, so all parts share their storage with the original; a copy costs the
/// same for three nodes and for a thousand.
package struct ScanProgress: Sendable {
    /// Names the query that must not change.
    package var queryDigest: UInt64
    /// Names the topology whose primaries the node indices point into.
    package var fingerprint: UInt32
    /// The cluster that is read.
    package var mark = ClusterMark()
    /// The slots to read.
    package var wanted: SlotSet
    /// The wanted slots of which every key that was there throughout has been returned.
    package var covered: SlotSet
    /// The lanes that have begun and are not credited yet.
    package var lanes: LaneTable
    /// R14: slots that were read and not credited, in ascending order of their first slots.
    package var losses: [LossRecord] = []
    /// Keys handed out since the start, over all resumptions.
    package var keysReturned: UInt64

    package init(queryDigest: UInt64, wanted: SlotSet) {
        self.queryDigest = queryDigest
        self.fingerprint = 0
        self.wanted = wanted
        self.covered = SlotSet()
        self.lanes = [:]
        self.keysReturned = 0
    }

    package var isFinished: Bool { wanted.isSubset(of: covered) }

    /// The lanes in the order in which they began.
    package var orderedLanes: [(id: LaneID, record: LaneRecord)] {
        lanes.map { (id: $0.key, record: $0.value) }.sorted { $0.id < $1.id }
    }
}

extension ScanProgress: Equatable {
    /// Whether both stand at the same place of the same iteration. Lanes compare in their order: their names
    /// are those of one process.
    ///
    /// - Complexity: O(number of lanes).
    package static func == (one: ScanProgress, other: ScanProgress) -> Bool {
        one.queryDigest == other.queryDigest && one.fingerprint == other.fingerprint
            && one.mark == other.mark
            && one.keysReturned == other.keysReturned && one.wanted == other.wanted
            && one.losses == other.losses
            && one.covered == other.covered && one.lanes.count == other.lanes.count
            && zip(one.orderedLanes, other.orderedLanes).allSatisfy { $0.record == $1.record }
    }
}

extension ClusterTopology {
    /// Names the primaries that serve slots, in order: the node indices in a cursor mean the same nodes
    /// wherever the fingerprint is the same. Addresses, replicas and the distribution of slots do not
    /// change it.
    ///
    /// - Complexity: O(number of shards).
    public var fingerprint: UInt32 {
        var checksum = CRC32()
        for shard in shards {
            checksum.update(shard.primary.id.description.utf8)
        }
        return checksum.value
    }
}
