/// How an iteration goes about its work. None of it changes which keys are returned, so all of it may
/// differ between the calls of one iteration.
public struct ScanOptions: Sendable {
    /// `COUNT`: about how many keys a server looks at in one call, 1 or more; `nil` for as many as the
    /// ``latencyBudget`` allows. More means fewer, longer calls: 1,000 take a server about 0.6 ms; beyond
    /// that little speed is gained. The page API takes `nil` for 1,000.
    public var count: Int?
    /// How long one call of a stream may hold up a server that has no other clients. While others use it,
    /// calls are kept to an eighth of that. What a call takes is read from the server itself, several times a
    /// second; a server that does not tell is asked for 1,000 keys at a time.
    public var latencyBudget: Duration
    /// How many calls that bring keys a stream may make to each node in a second; `nil` for no limit.
    public var maximumCallsPerSecond: Double?
    /// How many keys a stream may have each node look at in a second, whether they match or not; `nil` for no
    /// limit.
    public var maximumKeysPerSecond: Double?
    /// How nodes are read.
    public var strategy: ScanStrategy
    /// Which nodes of a shard are read.
    public var readPreference: ReadPreference
    /// How many nodes are read at once; `nil` for all. The page API reads one at a time.
    public var maximumConcurrentNodes: Int?
    /// How much the stream reads ahead of its consumer, in bytes of key names over all nodes.
    public var readAheadBytes: Int
    /// How long slots may go without any progress, for example because their node is down and no replica
    /// has taken over, before the iteration gives up.
    public var patience: Duration
    /// Whether to end with the slots that were given up named in the report, rather than with an error.
    ///
    /// For streams. Pages have no report: they end with the error, once all the other slots were read.
    public var allowsUncoveredSlots: Bool
    /// Whether a cursor may be carried on with a cluster that has none of the nodes it knows: one that was
    /// restored from a backup, for example, with the same keys. What one cluster's iteration covered counts
    /// as covered in the other.
    public var acceptsOtherCluster: Bool
    /// Whether primaries are read that do not see most of the others: to save what is left when most are
    /// lost for good. Gives up rule R13 and a part of R3: such a primary may have been replaced, and what it
    /// has may be old, or be served elsewhere by now.
    public var readsWithoutMajority: Bool
    /// Gets what happens, for logs and metrics. Called on the scanner's event loop: must not block.
    public var onEvent: (@Sendable (ScanEvent) -> Void)?

    /// Chooses how to go about an iteration.
    ///
    /// - Parameters:
    ///   - count: About how many keys a server looks at in one call, below 1 counts as 1; `nil` for as many
    ///     as the latency budget allows.
    ///   - latencyBudget: How long one call may hold up a server that has no other clients.
    ///   - maximumCallsPerSecond: How many calls a node may get in a second; must be above 0.
    ///   - maximumKeysPerSecond: How many keys a node may have to look at in a second; must be above 0.
    ///   - strategy: How nodes are read.
    ///   - readPreference: Which nodes of a shard are read.
    ///   - maximumConcurrentNodes: How many nodes are read at once; `nil` for all.
    ///   - readAheadBytes: How much the stream reads ahead, in bytes of key names.
    ///   - patience: How long slots may go without any progress.
    ///   - allowsUncoveredSlots: Whether to report slots that were given up rather than fail.
    ///   - acceptsOtherCluster: Whether a cursor may be carried on with a cluster it does not know.
    ///   - readsWithoutMajority: Whether primaries are read that do not see most of the others.
    ///   - onEvent: Gets what happens; must not block.
    public init(
        count: Int? = nil,
        latencyBudget: Duration = .milliseconds(1),
        maximumCallsPerSecond: Double? = nil,
        maximumKeysPerSecond: Double? = nil,
        strategy: ScanStrategy = .auto,
        readPreference: ReadPreference = .primaries,
        maximumConcurrentNodes: Int? = nil,
        readAheadBytes: Int = 4 << 20,
        patience: Duration = .seconds(60),
        allowsUncoveredSlots: Bool = false,
        acceptsOtherCluster: Bool = false,
        readsWithoutMajority: Bool = false,
        onEvent: (@Sendable (ScanEvent) -> Void)? = nil
    ) {
        self.count = count.map { max(1, $0) }
        self.latencyBudget = latencyBudget
        self.maximumCallsPerSecond = maximumCallsPerSecond
        self.maximumKeysPerSecond = maximumKeysPerSecond
        self.strategy = strategy
        self.readPreference = readPreference
        self.maximumConcurrentNodes = maximumConcurrentNodes
        self.readAheadBytes = readAheadBytes
        self.patience = patience
        self.allowsUncoveredSlots = allowsUncoveredSlots
        self.acceptsOtherCluster = acceptsOtherCluster
        self.readsWithoutMajority = readsWithoutMajority
        self.onEvent = onEvent
    }

    package var policyOfStream: ScanPolicy {
        ScanPolicy(
            maximumLanes: maximumConcurrentNodes,
            readPreference: readPreference,
            strategy: strategy,
            count: count,
            latencyBudget: latencyBudget,
            maximumCallsPerSecond: maximumCallsPerSecond,
            maximumKeysPerSecond: maximumKeysPerSecond,
            patience: patience,
            allowsUncoveredSlots: allowsUncoveredSlots,
            acceptsOtherCluster: acceptsOtherCluster,
            readsWithoutMajority: readsWithoutMajority
        )
    }

    /// Whether a page is read in the same way with other options, as far as ``policyOfPage`` depends on them.
    package func readsPages(like other: ScanOptions) -> Bool {
        count == other.count && strategy == other.strategy && readPreference == other.readPreference
            && patience == other.patience && acceptsOtherCluster == other.acceptsOtherCluster
            && readsWithoutMajority == other.readsWithoutMajority
    }

    /// One node at a time, and no faster than the caller asks.
    package var policyOfPage: ScanPolicy {
        ScanPolicy(
            maximumLanes: 1,
            readPreference: readPreference,
            strategy: strategy,
            count: count ?? 1000,
            patience: patience,
            // A page cannot say which slots it leaves out, so the end must not look complete.
            allowsUncoveredSlots: false,
            acceptsOtherCluster: acceptsOtherCluster,
            readsWithoutMajority: readsWithoutMajority
        )
    }
}

/// How the keys of a node are read.
public enum ScanStrategy: String, Hashable, Sendable, CaseIterable {
    /// Chosen for each node: slot snapshots where no key is filtered out or few slots are wanted, `SCAN`
    /// where the server filters by `MATCH` or `TYPE`, for slots too large to read at once, and where
    /// snapshots are not permitted.
    case auto
    /// `SCAN` of the whole node. Keys can come twice when the server rehashes.
    case scan
    /// `CLUSTER GETKEYSINSLOT`, slot by slot, each in one atomic reply: no key comes twice, and nothing
    /// depends on the server's process. Keys that have expired but are not deleted yet may show. `TYPE`
    /// filters and large slots still need `SCAN`.
    case slots
}

/// Which nodes of a shard an iteration reads.
public enum ReadPreference: String, Hashable, Sendable, CaseIterable {
    /// Primaries only: the full promise.
    case primaries
    /// A replica where one follows its primary, else the primary. Takes the load off primaries. A replica is
    /// read only once it has all that its primary had when its reading began (rule R11).
    case preferReplicas
}
