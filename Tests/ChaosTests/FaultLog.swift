import Synchronization

/// What was done to the cluster, in numbers and as a history to read when a key was missed.
final class FaultLog: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var history: [String] = []
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Something that was done.
    func count(_ fault: String, _ detail: String = "", times: Int = 1) {
        state.withLock { $0.counts[fault, default: 0] += times }
        note("\(fault) \(detail)")
    }

    /// Something worth knowing about it.
    func note(_ line: String) {
        let time = String(Double(Int((ContinuousClock.now - start) / .milliseconds(1))) / 1000)
        state.withLock { $0.history.append("\(time) \(line)") }
    }

    var counts: [String: Int] { state.withLock { $0.counts } }

    /// The history since it was last taken.
    func takeHistory() -> [String] {
        state.withLock { state in
            defer { state.history = [] }
            return state.history
        }
    }
}
