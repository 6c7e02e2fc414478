extension SlotBurst {
    /// The calls of the burst, in the order in which their replies are read.
    var commands: [Command] {
        snapshots.map { Command("CLUSTER", "GETKEYSINSLOT", "\($0.slot)", "\($0.limit)") }
            + counts.map { Command("CLUSTER", "COUNTKEYSINSLOT", "\($0)") }
    }
}
