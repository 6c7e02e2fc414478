public import ClusterScan

/// What became of the work on many keys. Takes the same memory for ten keys and for ten billion.
public struct WorkTally: Sendable {
    /// Keys that share a fate, with some of their names.
    public struct Group: Sendable, Hashable {
        /// How many there are.
        public internal(set) var count: UInt64 = 0
        /// The first few names, any bytes.
        public internal(set) var samples: [[UInt8]] = []
        /// What was said about the first of them.
        public internal(set) var message = ""
        /// What the server said about the first of them, if it was a server.
        public internal(set) var serverError: ServerError?

        /// How many names are kept.
        static let maximumSamples = 5

        mutating func add(
            _ key: KeyBatch.Key,
            _ words: @autoclosure () -> String,
            _ error: ServerError? = nil
        ) {
            if count == 0 { (message, serverError) = (words(), error) }
            count += 1
            if samples.count < Group.maximumSamples { samples.append(key.bytes) }
        }

        mutating func merge(_ other: Group) {
            if count == 0 { (message, serverError) = (other.message, other.serverError) }
            count += other.count
            samples += other.samples.prefix(Group.maximumSamples - samples.count)
        }
    }

    /// Keys that were worked on: the sum of all the others. A key that was found twice counts twice.
    public private(set) var keys: UInt64 = 0
    /// Keys for which the work was done.
    public private(set) var done: UInt64 = 0
    /// Keys that were gone.
    public private(set) var missing: UInt64 = 0
    /// Keys that were as they should be, or did not meet a condition.
    public private(set) var unchanged: UInt64 = 0
    /// Keys for which the server refused, by the first word of its reply (`WRONGTYPE`, `OOM`, …).
    public private(set) var refused: [String: Group] = [:]
    /// Keys for which it is not known whether the work was done.
    public private(set) var unknown = Group()
    /// Keys for which no node answered.
    public private(set) var unreachable = Group()
    /// The last error of those in ``unreachable``.
    package private(set) var unreachableError: ClusterScanError?

    /// Words come from servers: a made-up one for every key must not fill the memory.
    private static let maximumCodes = 50

    /// Begins with nothing.
    public init() {}

    /// How many keys were refused, for whatever reason.
    public var refusedCount: UInt64 { refused.values.reduce(0) { $0 + $1.count } }

    /// Whether the work on every key came to a good end.
    public var isClean: Bool { refused.isEmpty && unknown.count == 0 && unreachable.count == 0 }

    /// Counts a key.
    ///
    /// - Parameters:
    ///   - outcome: What became of the work on it.
    ///   - key: Its name.
    public mutating func add(_ outcome: WorkOutcome, for key: KeyBatch.Key) {
        keys += 1
        switch outcome {
        case .done: done += 1
        case .missing: missing += 1
        case .unchanged: unchanged += 1
        case .refused(let error):
            refused[slot(for: error.code), default: Group()].add(key, error.message, error)
        case .unknown(let error):
            unknown.add(key, error.description)
        case .unreachable(let error):
            unreachable.add(key, error.description)
            unreachableError = error
        }
    }

    /// Adds what another tally counted.
    ///
    /// - Parameter other: The other one.
    public mutating func merge(_ other: WorkTally) {
        keys += other.keys
        done += other.done
        missing += other.missing
        unchanged += other.unchanged
        for (code, group) in other.refused {
            refused[slot(for: code), default: Group()].merge(group)
        }
        unknown.merge(other.unknown)
        unreachable.merge(other.unreachable)
        unreachableError = other.unreachableError ?? unreachableError
    }

    private func slot(for code: String) -> String {
        refused[code] != nil || refused.count < WorkTally.maximumCodes ? code : "OTHER"
    }
}
