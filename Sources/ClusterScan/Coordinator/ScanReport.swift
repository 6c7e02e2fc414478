/// What an iteration did, once it has ended.
public struct ScanReport: Sendable, Hashable {
    /// Keys handed out since the start, over all resumptions.
    public package(set) var keys: UInt64 = 0
    /// Pages read from servers.
    public package(set) var pages = 0
    /// The slots that were wanted.
    public package(set) var wanted = SlotSet()
    /// Wanted slots that were given up, when the options allow that; empty in a complete iteration.
    public package(set) var uncovered = SlotSet()
    /// Full walks of one node that were begun.
    public package(set) var lanes = 0
    /// Walks that had to start over because the node's process, role or slots changed.
    public package(set) var restarts = 0
    /// Requests that were asked again after a failure.
    public package(set) var retries = 0
    /// Times the topology was read.
    public package(set) var topologyLoads = 0
    /// How long the iteration ran, without the time before it was resumed.
    public package(set) var elapsed: Duration = .zero

    package init() {}

    /// Whether every wanted slot was covered.
    public var isComplete: Bool { uncovered.isEmpty }
}
