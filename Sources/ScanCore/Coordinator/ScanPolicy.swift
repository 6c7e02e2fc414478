/// How an iteration goes about its work; none of it changes which keys are returned.
package struct ScanPolicy: Sendable {
    /// How many lanes may run at once; `nil` for one on every node.
    package var maximumLanes: Int?
    /// Which nodes of a shard are read.
    package var readPreference: ReadPreference
    /// How nodes are read.
    package var strategy: ScanStrategy
    /// `COUNT` of a page, and about how many keys one burst of snapshots returns; `nil` to adapt it to the
    /// node.
    package var count: Int?
    /// How long one call may hold up a server that has no other clients, where the count adapts.
    package var latencyBudget: Duration
    /// How many calls that bring keys a node may get in a second.
    package var maximumCallsPerSecond: Double?
    /// How many keys a node may be asked to look at in a second.
    package var maximumKeysPerSecond: Double?
    /// The largest slot that is read in one snapshot; the server answers no other client meanwhile.
    package var largestSnapshot: Int
    /// How many keys a slot may have gained since its size was asked for without its snapshot being cut off.
    package var snapshotSlack: Int
    /// How many slots are read by snapshot before their node is asked whether they may be credited.
    package var slotsPerCredit: Int
    /// The first pause after a failure; it doubles up to ``longestPause``.
    package var shortestPause: Duration
    /// The longest pause between two attempts.
    package var longestPause: Duration
    /// How long slots may go without any progress before they are given up.
    package var patience: Duration
    /// How long a process that has just started is not believed, where it does not say that it serves
    /// clients.
    package var startWindow: Duration
    /// Whether slots that were given up are reported in the result rather than failing the iteration.
    package var allowsUncoveredSlots: Bool
    /// Whether a cursor may be carried on with a cluster that has none of the nodes it knows.
    package var acceptsOtherCluster: Bool
    /// Whether primaries are read that do not see most of the others.
    package var readsWithoutMajority: Bool
    /// Seeds the jitter of pauses.
    package var seed: UInt64

    package init(
        maximumLanes: Int? = nil,
        readPreference: ReadPreference = .primaries,
        strategy: ScanStrategy = .auto,
        count: Int? = 1000,
        latencyBudget: Duration = .milliseconds(1),
        maximumCallsPerSecond: Double? = nil,
        maximumKeysPerSecond: Double? = nil,
        largestSnapshot: Int = 10_000,
        snapshotSlack: Int = 64,
        slotsPerCredit: Int = 1024,
        shortestPause: Duration = .milliseconds(50),
        longestPause: Duration = .seconds(2),
        patience: Duration = .seconds(60),
        startWindow: Duration = .seconds(5),
        allowsUncoveredSlots: Bool = false,
        acceptsOtherCluster: Bool = false,
        readsWithoutMajority: Bool = false,
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.maximumLanes = maximumLanes
        self.readPreference = readPreference
        self.strategy = strategy
        self.count = count
        self.latencyBudget = latencyBudget
        self.maximumCallsPerSecond = maximumCallsPerSecond
        self.maximumKeysPerSecond = maximumKeysPerSecond
        self.largestSnapshot = largestSnapshot
        self.snapshotSlack = snapshotSlack
        self.slotsPerCredit = slotsPerCredit
        self.shortestPause = shortestPause
        self.longestPause = longestPause
        self.patience = patience
        self.startWindow = startWindow
        self.allowsUncoveredSlots = allowsUncoveredSlots
        self.acceptsOtherCluster = acceptsOtherCluster
        self.readsWithoutMajority = readsWithoutMajority
        self.seed = seed
    }
}
