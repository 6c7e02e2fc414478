import ClusterScan
import Synchronization

/// Follows work on keys: shows how far it is, and keeps the cursor file up to date.
final class WorkTracker: Sendable {
    private let meter: ProgressMeter?
    private let cursorFile: CursorFile?
    private let saved = Mutex(ContinuousClock.now)

    /// How much has to be done again at most when the process is killed.
    private static let saveInterval = Duration.seconds(10)

    init(meter: ProgressMeter?, cursorFile: CursorFile?) {
        self.meter = meter
        self.cursorFile = cursorFile
    }

    /// To be called after every chunk.
    func note(_ progress: WorkProgress) throws {
        meter?.note(keys: progress.tally.keys, cursor: progress.cursor)
        guard let cursorFile else { return }
        let isDue = saved.withLock { saved in
            guard ContinuousClock.now - saved >= WorkTracker.saveInterval else { return false }
            saved = .now
            return true
        }
        if isDue { try cursorFile.save(progress.cursor) }
    }
}
