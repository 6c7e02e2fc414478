public import ClusterScan
import Synchronization

/// What a change would do.
public struct WorkPreview: Sendable {
    /// What was found: ``WorkTally/done`` counts keys that would be changed. A key that the iteration found
    /// twice counts twice.
    public internal(set) var report: WorkReport
    /// How many keys would be changed, by the node at which they were found.
    public internal(set) var nodes: [ClusterNode: UInt64] = [:]
    /// Names of keys that would be changed, any bytes: a few, drawn by lot from all of them.
    public package(set) var samples: [[UInt8]] = []
}

/// Gathers what chunks bring, from several tasks.
final class PreviewFindings: Sendable {
    private struct State {
        var nodes: [ClusterNode: UInt64] = [:]
        var samples = Reservoir(capacity: 10)
    }

    private let state = Mutex(State())

    func add(_ chunk: WorkChunk, _ outcomes: [WorkOutcome]) -> WorkTally {
        var tally = WorkTally()
        for (key, outcome) in zip(chunk.keys, outcomes) { tally.add(outcome, for: key) }
        state.withLock { state in
            for part in chunk.parts {
                for index in part.range {
                    guard case .done = outcomes[index] else { continue }
                    state.nodes[part.node, default: 0] += 1
                    state.samples.add(chunk.keys[index].bytes)
                }
            }
        }
        return tally
    }

    func preview(_ report: WorkReport) -> WorkPreview {
        let state = state.withLock { $0 }
        return WorkPreview(report: report, nodes: state.nodes, samples: state.samples.names)
    }
}
