import ClusterScan
import Synchronization

/// Hears what happens during a dump: tells people what is unusual, and counts nodes.
final class DumpEvents: Sendable {
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
        case .laneStarted(let node, _, _):
            state.withLock { _ = $0.nodes.insert(node.id) }
        case .laneEnded(let node, _, let lost):
            guard !lost.isEmpty else { return }
            console.warn("\(node) changed while it was read; read again: \(SlotText.counted(lost))")
        case .laneRestarted(let node, let slots, let reason):
            console.warn("\(node): \(reason); read again: \(SlotText.counted(slots))")
        case .retrying(let address, let reason, _):
            // Attempts go on for as long as --patience says; once is enough to know.
            let message = (address.map { "\($0): " } ?? "") + reason
            guard state.withLock({ $0.told.insert(message).inserted }) else { return }
            console.warn("\(message); trying again")
        case .slotsGivenUp(let slots, let reason):
            console.warn("given up: \(SlotText.counted(slots)): \(reason)")
        case .topologyLoaded, .paceChanged:
            break
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
