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
