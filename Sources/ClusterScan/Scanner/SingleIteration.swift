import Synchronization

/// Traps when a sequence that can be iterated once is iterated again.
final class SingleIteration: Sendable {
    private let hasBegun = Atomic(false)

    func begin() {
        let second = hasBegun.exchange(true, ordering: .relaxed)
        precondition(!second, "this sequence can be iterated only once")
    }
}
