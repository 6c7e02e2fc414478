/// How an iteration goes about its work. None of it changes which keys are returned, so all of it may
/// differ between the calls of one iteration.
public struct ScanOptions: Sendable {
    /// `COUNT`: about how many keys a server looks at for one page, 1 or more. More means fewer, longer
    /// calls: 1,000 take a server about 0.6 ms; beyond that little speed is gained.
    public var count: Int
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
    /// Is told what happens, for logs and metrics. Called on the scanner's event loop: must not block.
    public var onEvent: (@Sendable (ScanEvent) -> Void)?

    /// Chooses how to go about an iteration.
    ///
    /// - Parameters:
    ///   - count: About how many keys a server looks at for one page; below 1 counts as 1.
    ///   - strategy: How nodes are read.
    ///   - readPreference: Which nodes of a shard are read.
    ///   - maximumConcurrentNodes: How many nodes are read at once; `nil` for all.
    ///   - readAheadBytes: How much the stream reads ahead, in bytes of key names.
    ///   - patience: How long slots may go without any progress.
    ///   - allowsUncoveredSlots: Whether to report slots that were given up rather than fail.
    ///   - onEvent: Is told what happens; must not block.
    public init(
        count: Int = 1000,
        strategy: ScanStrategy = .auto,
        readPreference: ReadPreference = .primaries,
        maximumConcurrentNodes: Int? = nil,
        readAheadBytes: Int = 4 << 20,
        patience: Duration = .seconds(60),
        allowsUncoveredSlots: Bool = false,
        onEvent: (@Sendable (ScanEvent) -> Void)? = nil
    ) {
        self.count = max(1, count)
        self.strategy = strategy
        self.readPreference = readPreference
        self.maximumConcurrentNodes = maximumConcurrentNodes
        self.readAheadBytes = readAheadBytes
        self.patience = patience
        self.allowsUncoveredSlots = allowsUncoveredSlots
        self.onEvent = onEvent
    }

    func policy(lanes: Int?) -> ScanPolicy {
        ScanPolicy(
            maximumLanes: lanes,
            readPreference: readPreference,
            strategy: strategy,
            keysPerBurst: count,
            patience: patience,
            allowsUncoveredSlots: allowsUncoveredSlots
        )
    }
}
