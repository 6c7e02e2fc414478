/// R5: slots that move key by key are read in full at their source, then in full at their destination. The second half
/// is the place of the next piece of work; until it is there, marked slots are waited for.
extension ScanCoordinator {
    /// Claims slots on the move for lanes that read their source.
    ///
    /// - Returns: The slots that were claimed.
    mutating func claimMigrations(of slots: SlotSet, at source: NodeStatus) -> SlotSet {
        SlotSet()
    }

    /// Slots that can neither be claimed nor read in two halves now are looked at again later.
    mutating func noteMarkedSlots(_ slots: SlotSet, at node: NodeStatus, now: Duration) {
        trouble.note(
            slots,
            cause: ScanFailure(.rediscover, .slotsNotCovered, "these slots are being migrated"),
            now: now
        )
        suspectTopology(now: now)
        scheduleGivingUp()
    }

    /// Goes on to the second half of reading slots on the move.
    mutating func beginDestination(of slots: SlotSet, at destination: UInt64, after source: LaneRecord) {
    }
}
