/// What an iteration looks for: everything that must stay the same from its first page to its last.
public struct ScanQuery: Hashable, Sendable {
    /// Only keys that match this glob, or every key.
    public var pattern: GlobPattern?
    /// Only keys that hold this type, or every type.
    public var type: KeyType?
    /// The database, which is 0 on every cluster.
    public var database: Int

    /// Describes what to look for.
    ///
    /// - Parameters:
    ///   - pattern: Only keys that match this glob; `nil` for every key.
    ///   - type: Only keys that hold this type; `nil` for every type.
    ///   - database: The number of the database. A cluster has only 0.
    public init(pattern: GlobPattern? = nil, type: KeyType? = nil, database: Int = 0) {
        self.pattern = pattern
        self.type = type
        self.database = database
    }

    /// The slots that keys of the answer can have.
    public var slots: SlotSet { pattern?.impliedSlots.slots ?? .all }

    /// Names the query in a cursor: FNV-1a over the parts, each led by its length so that no two queries
    /// run together. It guards against mistakes, not against an adversary: a caller who can make cursors can
    /// choose queries.
    package var digest: UInt64 {
        var hash = FNV1a()
        func add(_ bytes: some Collection<UInt8>, present: Bool) {
            let length = present ? UInt64(bytes.count) + 1 : 0
            withUnsafeBytes(of: length.littleEndian) { hash.update($0) }
            hash.update(bytes)
        }
        add(pattern?.bytes ?? [], present: pattern != nil)
        add(Array((type?.folded ?? "").utf8), present: type != nil)
        add(Array(String(database).utf8), present: true)
        return hash.value
    }
}
