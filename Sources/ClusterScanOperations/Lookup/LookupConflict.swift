/// Two keys that have the same value, of which a lookup names one.
public struct LookupConflict: Hashable, Sendable {
    /// The value that both have.
    public let value: [UInt8]
    /// The key that the lookup names: of all that have the value, the one whose bytes come first, so that
    /// the same keys always give the same lookup.
    public let kept: [UInt8]
    /// The other key.
    public let other: [UInt8]
}

/// What several keys with one value mean to a lookup that names one key for each value.
public enum LookupConflictPolicy: Sendable {
    /// They are reported.
    case report
    /// The first one ends the work.
    case fail
}
