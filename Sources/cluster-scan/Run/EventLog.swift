package import ClusterScan
package import ClusterScanOperations
import Synchronization

/// Hears what happens during a dump: tells people what is unusual, and counts nodes.
final class EventLog: Sendable {
    private struct State {
        var nodes: Set<NodeID> = []
        var told: Set<String> = []
    }

    private let console: Console
    private let state = Mutex(State())

    init(console: Console) {
        self.console = console
    }

    /// How many different nodes have been read.
    var nodeCount: Int { state.withLock { $0.nodes.count } }

    func handle(_ event: ScanEvent) {
        switch event {
        case .laneStarted(let node, let slots, let strategy):
            state.withLock { _ = $0.nodes.insert(node.id) }
            console.note("\(node): reading \(SlotText.counted(slots)) by \(strategy.rawValue)")
        case .laneEnded(let node, let covered, let lost):
            console.note("\(node): covered \(SlotText.counted(covered))")
            guard !lost.isEmpty else { return }
            console.warn("\(node) changed while it was read; read again: \(SlotText.counted(lost))")
        case .laneRestarted(let node, let slots, let reason):
            console.warn("\(node): \(reason); read again: \(SlotText.counted(slots))")
        case .retrying(let address, let reason, let pause):
            // Attempts go on for as long as --patience says; once is enough to know.
            let message = (address.map { "\($0): " } ?? "") + reason
            guard state.withLock({ $0.told.insert(message).inserted }) else {
                console.note("\(message); trying again in \(NumberText.elapsed(pause))")
                return
            }
            // Without a pause it is a replica that is passed over.
            console.warn("\(message); \(pause == .zero ? "its primary is read instead" : "trying again")")
        case .keysLeftOver(let keys):
            console.warn(
                "\(NumberText.counted(keys.values.reduce(0, +), "key")) in "
                    + "\(NumberText.counted(keys.count, "slot")) lie on nodes that do not serve these slots: "
                    + "no client reaches them (redis-cli --cluster fix)"
            )
        case .lookAlike(let address, let version):
            guard let caution = version.caution else { return }
            console.warn("\(address): \(caution)")
        case .slotsGivenUp(let slots, let reason):
            let advice = CommandFailure.majorityAdvice(reason).map { ". \($0)" } ?? ""
            console.warn("given up: \(SlotText.counted(slots)): \(reason)\(advice)")
        case .announcedAddressesUnreachable(let addresses):
            let listed = addresses.prefix(8).map(\.description).joined(separator: ", ")
            console.warn(
                "the cluster answers, but no address that it announces can be reached from here (\(listed)); "
                    + "trying on. " + CommandFailure.announcementAdvice
            )
        case .topologyLoaded(let shards, let served):
            console.note(
                "the cluster has \(NumberText.counted(shards, "shard")), serving \(SlotText.counted(served))"
            )
        case .paceChanged(let node, let count, let isShared):
            console.note(
                "\(node): \(NumberText.grouped(count)) keys at a time"
                    + (isShared ? ", as others use it too" : "")
            )
        }
    }

    /// Says once for each field why it is not known.
    func handle(_ refusals: [KeyField: ServerError]) {
        for (field, error) in refusals {
            guard state.withLock({ $0.told.insert("--with \(field.rawValue)").inserted }) else { continue }
            console.warn(RefusedField.words(field, error))
        }
    }
}

/// Why a column is empty, in words that lead out of it.
package enum RefusedField {
    package static func words(_ field: KeyField, _ error: ServerError) -> String {
        let column = "--with \(field.rawValue)"
        switch (field, error.code) {
        case (_, "NOPERM"):
            return "\(column) stays empty: the user lacks the permission (\(error.message))"
        case _ where error.isUnknownCommand:
            return "\(column) stays empty where servers do not have the command (\(error.withoutArguments))"
        case (.freq, _):
            return
                "\(column) stays empty: servers count how often keys are used only with a maxmemory-policy "
                + "of allkeys-lfu or volatile-lfu"
        case (.idle, _):
            return "\(column) stays empty: with an LFU maxmemory-policy servers do not keep the time of the "
                + "last use; --with freq tells how often keys are used"
        default:
            return "\(column) stays empty where servers refuse it: \(error.message)"
        }
    }
}
