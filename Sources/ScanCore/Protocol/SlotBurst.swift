/// One burst of reading by slot: snapshots to take, and slots whose sizes to ask for in the same write.
package struct SlotBurst: Hashable, Sendable {
    /// One `CLUSTER GETKEYSINSLOT`.
    package struct Snapshot: Hashable, Sendable {
        package var slot: HashSlot
        /// The most keys to return. A reply with as many may have been cut off, and is not used.
        package var limit: Int
    }

    /// Snapshots in ascending order of their slots.
    package var snapshots: [Snapshot] = []
    /// Slots to ask `CLUSTER COUNTKEYSINSLOT` for, in ascending order.
    package var counts: [HashSlot] = []
}

/// The answer to ``SlotBurst``: the keys of all snapshots in one batch, one slot after the other.
package struct SlotBurstReply: Sendable {
    package var keys: KeyBatch
    /// How many of the keys each snapshot has.
    package var lengths: [Int]
    /// The sizes that were asked for.
    package var counts: [Int]

    package init(keys: KeyBatch, lengths: [Int], counts: [Int]) {
        self.keys = keys
        self.lengths = lengths
        self.counts = counts
    }

    /// Refuses what no server would answer to the snapshots that were asked for.
    ///
    /// Of each slot one key is looked at: that shows a server, or something in between, that answers another
    /// question, and costs next to nothing.
    func verify(against snapshots: [SlotBurst.Snapshot]) throws(ReplyError) {
        var first = 0
        for (snapshot, length) in zip(snapshots, lengths) {
            guard length <= snapshot.limit else {
                throw .unexpected(
                    "CLUSTER GETKEYSINSLOT answered with \(length) keys where \(snapshot.limit) were asked "
                        + "for"
                )
            }
            if length > 0 {
                let slot = keys.withUnsafeBytes(ofKeyAt: first) { HashSlot(key: $0) }
                guard slot == snapshot.slot else {
                    throw .unexpected(
                        "CLUSTER GETKEYSINSLOT \(snapshot.slot) answered with a key of slot \(slot)"
                    )
                }
            }
            first += length
        }
    }
}
