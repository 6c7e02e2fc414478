public import ClusterScan

/// What the servers said of one key. Only what was asked for is there.
///
/// Servers are asked one thing after another, while others use the key: the answers need not be of one
/// moment.
public struct KeyMetadata: Hashable, Sendable {
    /// How long a key will still live.
    public enum Lifetime: Hashable, Sendable {
        /// Until it is deleted.
        case unlimited
        /// For this long, to the millisecond.
        case remaining(Duration)
    }

    /// Whether the key was deleted, or expired, before everything was answered. All that servers are asked
    /// for is `nil` then.
    public package(set) var isGone = false
    /// The type of the value.
    public package(set) var type: KeyType?
    /// How long the key will still live.
    public package(set) var lifetime: Lifetime?
    /// The bytes the key takes in the server's memory.
    public package(set) var memory: Int64?
    /// How the server keeps the value.
    public package(set) var encoding: String?
    /// How long the key has not been used, to the second.
    public package(set) var idle: Duration?
    /// How often the key is used, on a logarithmic scale from 0 to 255.
    public package(set) var frequency: Int64?
    /// The bytes of a string, the elements of a collection, the entries of a stream; `nil` for types of
    /// modules.
    public package(set) var length: Int64?
    /// The hash slot.
    public package(set) var slot: HashSlot?
    /// The node whose batch named the key.
    public package(set) var node: ClusterNode?
    /// The number of the database.
    public package(set) var database: Int?

    package init() {}

    /// Forgets what the servers said: half of an answer would look like a whole one.
    mutating func vanish() {
        let (slot, node, database) = (slot, node, database)
        self = KeyMetadata()
        (self.slot, self.node, self.database, isGone) = (slot, node, database, true)
    }
}

/// What the servers said of some keys.
public struct MetadataAnswer: Sendable {
    /// What is known of each key, in the order of the keys.
    public package(set) var keys: [KeyMetadata]
    /// Why a server would not tell something, of any of the keys: `freq` where no LFU policy is in force,
    /// `idle` where one is, what a user lacks the permission for. It is `nil` in ``keys`` then.
    public package(set) var refusals: [KeyField: ServerError] = [:]
}
