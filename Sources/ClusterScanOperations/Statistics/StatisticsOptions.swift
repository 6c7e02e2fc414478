/// What is found out about the keys of a cluster, and how much of it is kept.
public struct StatisticsOptions: Sendable, Hashable, Codable {
    /// Which keys are measured: of all others only the number is known, by type, pattern, slot and node.
    public var sample: SampleRate
    /// How many elements of a collection `MEMORY USAGE` looks at (its `SAMPLES`); 0 for all, which holds the
    /// server up for as long as that takes; `nil` for the server's own choice, 5.
    public var memorySamples: Int?
    /// How many of the biggest keys are kept, by memory and of each type by length.
    public var biggestKeys: Int

    /// Chooses what to find out.
    ///
    /// - Parameters:
    ///   - sample: Which keys are measured.
    ///   - memorySamples: How many elements of a collection `MEMORY USAGE` looks at; 0 for all, `nil` for the
    ///     server's own choice.
    ///   - biggestKeys: How many of the biggest keys to keep, 0 or more.
    public init(sample: SampleRate = .all, memorySamples: Int? = nil, biggestKeys: Int = 20) {
        self.sample = sample
        self.memorySamples = memorySamples.map { max(0, $0) }
        self.biggestKeys = max(0, biggestKeys)
    }
}
