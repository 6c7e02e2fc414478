import ScanCore

/// A falsehood between the coordinator and its world that amounts to the absence of one rule: what the
/// coordinator hears of a node is not so, or what it says is not done. The simulation must notice each.
enum Falsehood: CaseIterable, Sendable {
    /// R2: the keys of a page are handed out as the node sent them, whatever their slots.
    case unfilteredPages
    /// R3: after the last page the node still says what it said before the first, run id and epoch included.
    case unchangedAtClosing
    /// R4: slots that left during a lane still look owned when it closes.
    case keptSlots
    /// R5: a node says nothing of slots on the move.
    case hiddenMarks
    /// R6: a snapshot that was cut off at its limit looks whole.
    case wholeSnapshots
    /// R7: every process of a node looks like the same one.
    case sameProcess
    /// R11: every replica says that it follows, and that it has received everything.
    case followingReplicas
    /// R12: marks that name another node than the owner of the slot are not shown.
    case exactMarks
    /// R13: what a node says of others, and what others say of it, is kept from the coordinator.
    case unheard
    /// R10: whoever answers at an address is taken for the node that was there.
    case addressIsIdentity
    /// R14: a process does not know what earlier ones have lost.
    case forgottenLosses
    /// R15: every process has run for long, and its cluster state is ok.
    case believedAtOnce
    /// R9: a batch comes with the cursor of all that was read ahead.
    case cursorReadAhead

    /// What the coordinator hears in place of a status.
    ///
    /// - Parameters:
    ///   - status: What the node says.
    ///   - opening: What it said when the lane opened, if the lane is closing now.
    /// - Returns: A status that is not so.
    func told(_ status: NodeStatus, opening: NodeStatus?) -> NodeStatus {
        var told = status
        switch self {
        case .unchangedAtClosing:
            told = opening ?? status
        case .keptSlots:
            if let opening { told.slots.formUnion(opening.slots) }
        case .hiddenMarks:
            told.migrating = [:]
            told.importing = [:]
        case .sameProcess:
            if let run = RunID(status.nodeID.description) { told.runID = run }
        case .followingReplicas:
            if case .replica = status.role {
                told.replication = ReplicationInfo(isReplica: true, offset: .max)
            }
        case .exactMarks:
            told.importing = status.importing.filter { slot, named in
                status.others[named]?.contains { $0.contains(slot) } ?? false
            }
        case .unheard:
            told.epochs = [:]
            told.highestEpoch = nil
        case .believedAtOnce:
            told.health = ClusterHealth(isOK: true)
            told.uptime = .seconds(1_000_000)
        case .unfilteredPages, .wholeSnapshots, .cursorReadAhead, .addressIsIdentity, .forgottenLosses: break
        }
        return told
    }
}
