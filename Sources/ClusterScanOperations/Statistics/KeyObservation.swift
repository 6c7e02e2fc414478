public import ClusterScan

/// What the servers said about one key.
public struct KeyObservation: Sendable, Hashable {
    /// What is asked only about the keys of the sample.
    public struct Measurement: Sendable, Hashable {
        /// The rest of its life (`PTTL`); `nil` if the key does not expire.
        public var timeToLive: Duration?
        /// What it takes, in bytes (`MEMORY USAGE`); `nil` if the server did not tell.
        public var memory: UInt64?
        /// The bytes of a string, or the number of elements of a collection; `nil` for types of modules.
        public var length: UInt64?

        /// Describes a key.
        ///
        /// - Parameters:
        ///   - timeToLive: The rest of its life; `nil` if the key does not expire.
        ///   - memory: What it takes, in bytes.
        ///   - length: The bytes of a string, or the number of elements of a collection.
        public init(timeToLive: Duration?, memory: UInt64?, length: UInt64?) {
            self.timeToLive = timeToLive
            self.memory = memory
            self.length = length
        }
    }

    /// The type of the value.
    public var type: KeyType
    /// `nil` for keys that are only counted.
    public var measurement: Measurement?

    /// Describes a key.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - measurement: `nil` for a key that is only counted.
    public init(type: KeyType, measurement: Measurement?) {
        self.type = type
        self.measurement = measurement
    }
}
