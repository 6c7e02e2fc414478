public import ClusterScan

/// The biggest keys among many, exactly, in as much memory as these few take.
public struct BiggestKeys: Sendable, Hashable, Codable {
    /// One of the biggest keys.
    public struct Entry: Sendable, Hashable, Codable {
        /// The name; any bytes.
        public let name: [UInt8]
        /// The type of the value.
        public let type: KeyType
        /// What the keys are ordered by: bytes of memory, or the length.
        public let size: UInt64
        /// What it takes, in bytes; `nil` if the server did not tell.
        public let memory: UInt64?
        /// The bytes of a string, or the number of elements of a collection.
        public let length: UInt64?
        /// The rest of its life in milliseconds when it was seen; `nil` if the key does not expire.
        public let millisecondsToLive: Int64?

        /// Bigger keys come first; of equals, those whose names come first.
        fileprivate func precedes(_ other: Entry) -> Bool {
            size != other.size ? size > other.size : name.lexicographicallyPrecedes(other.name)
        }
    }

    /// How many are kept.
    public let capacity: Int
    /// The keys, the biggest first.
    public private(set) var entries: [Entry] = []

    /// - Parameter capacity: How many to keep, 0 or more.
    init(capacity: Int) {
        self.capacity = max(0, capacity)
    }

    /// Takes a key if it is one of the biggest. A key that a scan returns twice is kept once.
    mutating func add(
        _ name: UnsafeRawBufferPointer,
        size: UInt64,
        type: KeyType,
        _ measurement: KeyObservation.Measurement
    ) {
        if entries.count >= capacity, let last = entries.last, size < last.size { return }
        insert(
            Entry(
                name: Array(name),
                type: type,
                size: size,
                memory: measurement.memory,
                length: measurement.length,
                millisecondsToLive: measurement.timeToLive.map(\.wholeMilliseconds)
            )
        )
    }

    /// Takes the biggest of both.
    mutating func merge(_ other: BiggestKeys) {
        for entry in other.entries { insert(entry) }
    }

    private mutating func insert(_ entry: Entry) {
        guard capacity > 0 else { return }
        if let same = entries.firstIndex(where: { $0.name == entry.name }) {
            guard entry.precedes(entries[same]) else { return }
            entries.remove(at: same)
        }
        let position = entries.firstIndex { entry.precedes($0) } ?? entries.count
        entries.insert(entry, at: position)
        if entries.count > capacity { entries.removeLast() }
    }
}
