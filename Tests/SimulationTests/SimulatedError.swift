import ScanCore

/// What servers say instead of answering.
enum SimulatedError {
    /// What was asked for.
    enum Step: CaseIterable {
        case topology, status, page, slots
    }

    /// A node that answers with errors.
    struct Spell {
        let message: String
        let steps: Set<Step>
        /// Microseconds since the beginning; `.max` if somebody has to do something about it.
        let until: Int
    }

    /// Those that time mends.
    static let passing = [
        "LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "CLUSTERDOWN The cluster is down",
        "ERR max number of clients reached",
        "MOVED 866 sim:1001",
        "READONLY You can't write against a read only replica.",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "MISCONF Errors writing to the AOF file: No space left on device",
    ]

    /// Those that end an iteration: asking again cannot help.
    static let final = [
        "NOAUTH Authentication required.",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "NOPERM User default has no permissions to run the command",
        "ERR unknown command",
    ]

    /// How an iteration may end because of the latter.
    static let finalCodes: Set<ClusterScanError.Code> = [
        .authenticationFailed, .permissionDenied, .invalidQuery,
    ]
}

extension SimulatedCluster {
    /// What a node answers with instead of what it was asked for.
    func error(of node: SimulatedNode, at step: SimulatedError.Step, lottery random: inout SplitMix64)
        -> ServerError?
    {
        if node.process?.loadingUntil ?? 0 > timeline.now {
            return ServerError(message: SimulatedError.passing[0])
        }
        if let spell = node.spell, spell.until > timeline.now, spell.steps.contains(step) {
            return said(spell.message)
        }
        guard saysErrors, timeline.now < disturbedUntil else { return nil }
        switch Int.random(in: 0..<2000, using: &random) {
        case 0..<10:
            return SimulatedError.passing.randomElement(using: &random).flatMap(said)
        case 10:
            return SimulatedError.final.randomElement(using: &random).flatMap(said)
        default:
            return nil
        }
    }

    private func said(_ message: String) -> ServerError? {
        count("error \(message.prefix { $0 != " " })")
        if SimulatedError.final.contains(message) { saidFinalError = true }
        return ServerError(message: message)
    }

    /// A node answers some or all requests with one error, for some time or until it is mended.
    func beginSpell() {
        guard saysErrors,
            let node = nodes.filter({ $0.process?.isRunning == true }).randomElement(using: &random)
        else { return }
        let isLasting = Int.random(in: 0..<4, using: &random) == 0
        let isFinal = Int.random(in: 0..<6, using: &random) == 0
        let steps =
            Bool.random(using: &random)
            ? Set(SimulatedError.Step.allCases)
            : Set(SimulatedError.Step.allCases.filter { _ in Bool.random(using: &random) })
        guard
            let message = (isFinal ? SimulatedError.final : SimulatedError.passing)
                .randomElement(using: &random)
        else { return }
        if isTraced { print(timeline.now, node.id, node.role, node.address, message, steps) }
        count(isLasting ? "errors until they are mended" : "errors for some time")
        let length = Int.random(in: 200...30_000, using: &random)
        node.spell = SimulatedError.Spell(
            message: message,
            steps: steps,
            until: isLasting ? .max : timeline.now + length
        )
    }

    /// Whether a slot cannot be covered because of what servers say: its nodes, or so many primaries that no
    /// majority says who owns it (R13).
    func isOutOfReach(_ slot: HashSlot) -> Bool {
        func isBroken(_ node: SimulatedNode?) -> Bool { node?.spell?.until == .max }
        guard let owner = owner(of: slot) else { return false }
        // The node that a mark names is asked itself, where it follows the owner by now.
        if isBroken(owner.migrating[slot].flatMap(node)) { return true }
        let broken = primaries.count { !$0.slots.isEmpty && isBroken($0) }
        let all = primaries.count { !$0.slots.isEmpty }
        return isBroken(owner) || isBroken(destination(of: slot, from: owner)) || all - broken < all / 2 + 1
    }

    /// Whether an error that names no slots is to be expected.
    func explains(_ error: ClusterScanError) -> Bool {
        // No node answered the very first question.
        if error.code == .unreachable { return true }
        // All that answered belongs to another cluster.
        if error.code == .invalidCursor { return !foreigners.isEmpty }
        return saidFinalError && SimulatedError.finalCodes.contains(error.code)
    }

    /// An operator has read the errors.
    func mend() {
        saysErrors = false
        saidFinalError = false
        for node in nodes { node.spell = nil }
    }
}
