/// One call for a page: what is still to be done for it, and what is left to the next call.
///
/// The page is complete with the first keys, once everything that settles them has been done. What the
/// coordinator wants read after that is left to the next call, which goes on from here if its cursor says
/// that it stands here, and from the cursor alone otherwise.
package struct PageCall: Sendable {
    package var coordinator: ScanCoordinator
    /// The page, once there are keys for it.
    package private(set) var batch: ScanBatch?
    private var pending: [ScanAction] = []
    /// Reads that are left to the next call.
    private var left: [ScanAction] = []
    /// When the coordinator wants to know that time has passed.
    private var wakes: Set<Duration> = []
    private var isFinished = false

    /// Begins to read from where an iteration stands.
    package init(_ coordinator: ScanCoordinator) {
        self.coordinator = coordinator
        self.coordinator.start(now: .zero)
    }

    /// What to do next; `nil` when the page is complete.
    package mutating func nextAction() -> ScanAction? {
        pending += coordinator.takeActions()
        while !pending.isEmpty {
            let action = pending.removeFirst()
            switch action {
            case _ where action.isRead && batch != nil:
                left.append(action)
            case .wake(let moment):
                wakes.insert(moment)
            case .finish:
                isFinished = true
                return nil
            default:
                return action
            }
        }
        // The later ones stay: each is asked for once.
        guard batch == nil, let moment = wakes.min() else { return nil }
        wakes.remove(moment)
        return .wake(at: moment)
    }

    /// Takes what a read brought.
    ///
    /// A page of `SCAN` is one, though it may be empty; a burst that only learned sizes of slots is none.
    package mutating func take(_ batch: ScanBatch?, ofSlots: Bool) {
        if let batch, !ofSlots || !batch.keys.isEmpty { self.batch = batch }
    }

    /// The call for the page after this one.
    ///
    /// - Parameter progress: Where the caller's cursor stands.
    /// - Returns: `nil` if that is elsewhere, or if slots are in trouble: their patience must not run while
    ///   the caller takes its time.
    package func next(from progress: ScanProgress) -> PageCall? {
        guard !isFinished, coordinator.hasNoStalledSlots, coordinator.progress == progress else { return nil }
        var next = self
        next.batch = nil
        next.pending = left
        next.left = []
        return next
    }
}
