import ClusterScan
import ClusterScanOperations
import Synchronization

/// Follows work on keys: shows how far it is, and keeps the cursor file up to date.
final class WorkTracker: Sendable {
    private let meter: ProgressMeter?
    private let cursorFile: CheckpointFile?
    private let saved = Mutex(ContinuousClock.now)

    /// How much has to be done again at most when the process is killed.
    private let saveInterval: Duration

    init(meter: ProgressMeter?, cursorFile: CheckpointFile?, saveInterval: Duration) {
        self.meter = meter
        self.saveInterval = saveInterval
        self.cursorFile = cursorFile
    }

    /// To be called after every chunk.
    func note(_ progress: WorkProgress) throws {
        meter?.note(keys: progress.tally.keys, cursor: progress.cursor)
        guard let cursorFile else { return }
        let isDue = saved.withLock { saved in
            guard ContinuousClock.now - saved >= saveInterval else { return false }
            saved = .now
            return true
        }
        if isDue { try cursorFile.save(progress.cursor) }
    }
}
