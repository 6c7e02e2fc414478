public import ClusterScan

/// What a ``ValueReader`` hands out: for every key a beginning, its value in one or more parts, an end.
public enum ValuePart: Sendable {
    /// A key and what is known of it.
    case begin(KeySummary)
    /// All of a string, or the next piece of one that is ``KeySummary/isInPieces``.
    case string([UInt8])
    /// Elements of a list, in order, or members of a set.
    case elements([[UInt8]])
    /// Fields of a hash with their values.
    case fields([(field: [UInt8], value: [UInt8])])
    /// How many milliseconds fields of the last ``fields(_:)`` live on, of those that expire by themselves.
    case lifetimes([(field: [UInt8], timeToLive: Int64)])
    /// Members of a sorted set with their scores.
    case members([(member: [UInt8], score: Double)])
    /// Entries of a stream, in order.
    case entries([StreamEntry])
    /// The value is complete; with an error it could not be read to its end.
    case end(ClusterScanError?)

    /// A key and what is known of it.
    public struct KeySummary: Hashable, Sendable {
        /// The name of the key.
        public var key: [UInt8]
        /// The type of the value.
        public var type: KeyType
        /// How long the key lives on, in milliseconds; `nil` if it does not expire.
        public var timeToLive: Int64?
        /// Whether the value is read in several pieces, and so not as of one moment.
        public var isInPieces: Bool

        package init(key: [UInt8], type: KeyType, timeToLive: Int64?, isInPieces: Bool) {
            self.key = key
            self.type = type
            self.timeToLive = timeToLive
            self.isInPieces = isInPieces
        }
    }
}

/// An entry of a stream.
public struct StreamEntry: Hashable, Sendable {
    /// `milliseconds-sequence`.
    public var id: String
    /// Fields and values by turns, in order; a field may be there more than once.
    public var fields: [[UInt8]]

    /// Takes an element of the reply to `XRANGE`.
    package init?(_ reply: RESPValue) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].string else { return nil }
        self.id = id
        // A deleted entry of a consumer group has no fields.
        fields = parts[1].array?.compactMap(\.bytes) ?? []
    }

    /// The first id that is behind the entry, for the next `XRANGE`.
    package var next: String? { Self.successor(of: id) }

    /// The two numbers of the id; no entry has 0-0.
    var position: (UInt64, UInt64)? { Self.position(of: id) }

    /// The id after another: ranges that leave out their ends, with `(`, came with Redis 6.2.
    ///
    /// - Returns: `nil` for the last id that there can be, and for what is no id.
    static func successor(of id: String) -> String? {
        guard let (time, number) = position(of: id) else { return nil }
        if number < .max { return "\(time)-\(number + 1)" }
        return time < .max ? "\(time + 1)-0" : nil
    }

    static func position(of id: String) -> (UInt64, UInt64)? {
        let parts = id.split(separator: "-").compactMap { UInt64($0) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
}
