/// What an iteration did. Counts begin when it is started or resumed; ``keys`` alone goes on over
/// resumptions.
public struct ScanReport: Sendable, Hashable {
    /// Keys handed out since the start, over all resumptions.
    public package(set) var keys: UInt64 = 0
    /// Keys that were handed out for slots that had to be read again, so that at most as many may have come
    /// twice.
    public package(set) var keysReadAgain: UInt64 = 0
    /// Batches handed out, empty ones included.
    public package(set) var batches = 0
    /// Requests that brought keys: pages of `SCAN`, and bursts of snapshots.
    public package(set) var pages = 0
    /// Slots that were read in one snapshot.
    public package(set) var snapshots = 0
    /// The slots that were wanted.
    public package(set) var wanted = SlotSet()
    /// Wanted slots that are not covered: none once the iteration is complete.
    public package(set) var uncovered = SlotSet()
    /// Different nodes that were read.
    public package(set) var nodes = 0
    /// Passes over nodes that were begun.
    public package(set) var lanes = 0
    /// Passes that had to be repeated, in whole or in part, because the node's process, role or slots
    /// changed.
    public package(set) var restarts = 0
    /// Requests that were asked again after a failure.
    public package(set) var retries = 0
    /// Times the topology was read.
    public package(set) var topologyLoads = 0
    /// Keys of wanted slots that were met on nodes that do not serve those slots, by slot, and were not
    /// returned. No client reaches them: they are left over from a reshard that was broken off, or, after a
    /// failover in the middle of a migration, wait for the slot to be repaired (`redis-cli --cluster fix`).
    /// Nodes that are read slot by slot are not searched for them. At most one entry a slot.
    public package(set) var leftOver: [HashSlot: Int] = [:]
    /// How long the iteration ran, without the time before it was resumed.
    public package(set) var elapsed: Duration = .zero

    package init() {}

    /// Whether every wanted slot was covered.
    public var isComplete: Bool { uncovered.isEmpty }
}
