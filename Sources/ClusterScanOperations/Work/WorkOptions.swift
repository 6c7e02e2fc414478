public import ClusterScan

/// How work on keys goes about it. Apart from ``scan``, which has its own, there are no promises in it: all
/// of it may differ between the runs of one piece of work.
public struct WorkOptions: Sendable {
    /// How the keys are found.
    public var scan: ScanOptions
    /// How commands on them are sent.
    public var commands: CommandOptions
    /// How many keys may be worked on in a second, over all nodes together; `nil` for no limit.
    public var maximumKeysPerSecond: Double?
    /// How many keys are worked on with one call of the step, 1 or more. Fewer come where fewer are found, or
    /// where ``maximumKeysPerSecond`` is low: a tenth of a second's worth.
    public var maximumKeysPerChunk: Int
    /// How many calls of the step may be under way at the same time, 1 or more. Two keep servers busy while
    /// replies are looked at.
    public var maximumConcurrentChunks: Int

    /// Chooses how to go about work.
    ///
    /// - Parameters:
    ///   - scan: How the keys are found.
    ///   - commands: How commands on them are sent.
    ///   - maximumKeysPerSecond: How many keys may be worked on in a second; `nil` for no limit.
    ///   - maximumKeysPerChunk: How many keys one call of the step gets; below 1 counts as 1.
    ///   - maximumConcurrentChunks: How many calls of the step may be under way; below 1 counts as 1.
    public init(
        scan: ScanOptions = ScanOptions(),
        commands: CommandOptions = CommandOptions(),
        maximumKeysPerSecond: Double? = nil,
        maximumKeysPerChunk: Int = 4000,
        maximumConcurrentChunks: Int = 2
    ) {
        self.scan = scan
        self.commands = commands
        self.maximumKeysPerSecond = maximumKeysPerSecond
        self.maximumKeysPerChunk = max(1, maximumKeysPerChunk)
        self.maximumConcurrentChunks = max(1, maximumConcurrentChunks)
    }
}
