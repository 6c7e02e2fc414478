/// What building a lookup met.
public struct LookupStatistics: Sendable {
    /// How many conflicts and entries are kept for people to look at.
    public static let sampleLimit = 10

    /// Entries that were added, or would be.
    public internal(set) var added: UInt64 = 0
    /// Entries that named a key that does not have the value any more, or not the first one that has it, and
    /// were changed, or would be.
    public internal(set) var changed: UInt64 = 0
    /// Keys that were named by their entries already.
    public internal(set) var alreadyThere: UInt64 = 0
    /// Hashes without the field, and keys that were gone.
    public internal(set) var withoutField: UInt64 = 0
    /// Keys that are no hashes, or belong to the lookup itself.
    public internal(set) var otherKeys: UInt64 = 0
    /// Keys whose value another key has, too, each counted once up to a million of them.
    public internal(set) var conflicts: UInt64 = 0
    /// Some of the conflicts.
    public internal(set) var conflictSamples: [LookupConflict] = []
    /// Some of the entries that were added or changed, or would be.
    public internal(set) var samples: [(value: [UInt8], key: [UInt8])] = []
    /// Whether there were so many entries that not all conflicts may have been noticed: only without writing,
    /// when there is no lookup in which to find them.
    public internal(set) var mayHaveMissedConflicts = false

    mutating func noteEntry(_ value: [UInt8], _ key: [UInt8]) {
        if samples.count < Self.sampleLimit { samples.append((value, key)) }
    }

    static func += (left: inout LookupStatistics, right: LookupStatistics) {
        left.added += right.added
        left.changed += right.changed
        left.alreadyThere += right.alreadyThere
        left.withoutField += right.withoutField
        left.otherKeys += right.otherKeys
        left.samples += right.samples.prefix(sampleLimit - left.samples.count)
    }
}
