/// The rules that make the promise true, by what each prevents. `Docs/Guarantee.md` argues why they suffice.
///
/// A policy can break a rule on purpose, so that the simulation can show that it would notice.
package enum ScanRule: CaseIterable, Sendable {
    /// R2: a lane returns only keys of slots it has claimed.
    case emitFilter
    /// R3: slots are credited only to a process that served them without interruption.
    case credit
    /// R4: slots that left during a lane are read anew at their new owner.
    case lostSlots
    /// R5: slots on the move are read at their source, then at their destination.
    case migratingSlots
    /// R6: a snapshot that may have been cut off is not used.
    case wholeSnapshots
    /// R7: a cursor is used only with the process that gave it.
    case processIdentity
    /// R9: a cursor stands for what was handed to the consumer, not for what was read ahead.
    case checkpoint
}
