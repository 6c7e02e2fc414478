public import ClusterScan

/// How far work on keys has come.
public struct WorkProgress: Sendable {
    /// What became of it so far.
    public internal(set) var tally = WorkTally()
    /// Stands for the keys whose work is done: resume from here.
    public internal(set) var cursor: ScanCursor
}

/// What work on keys did, and how it ended.
public struct WorkReport: Sendable {
    /// How it ended.
    public enum Ending: Sendable {
        /// Every key was found and worked on, but for slots that were allowed to be left out.
        case complete
        /// The task was cancelled; what was under way was finished.
        case stopped
        /// The iteration or the work failed.
        case failed(any Error)
    }

    /// What became of the keys.
    public internal(set) var tally: WorkTally
    /// Stands for the keys whose work is done: resume from here. Some keys behind it may be done as well.
    public internal(set) var cursor: ScanCursor
    /// How it ended.
    public internal(set) var ending: Ending
    /// What the iteration over the keys did; `nil` if its cursor was refused.
    public internal(set) var scan: ScanReport?
    /// How long it took.
    public internal(set) var elapsed: Duration

    package init(
        tally: WorkTally,
        cursor: ScanCursor,
        ending: Ending,
        scan: ScanReport? = nil,
        elapsed: Duration = .zero
    ) {
        self.tally = tally
        self.cursor = cursor
        self.ending = ending
        self.scan = scan
        self.elapsed = elapsed
    }

    /// Whether every key of every slot was found and worked on. ``tally`` says with what outcome.
    public var isComplete: Bool {
        if case .complete = ending { scan?.isComplete == true } else { false }
    }
}
