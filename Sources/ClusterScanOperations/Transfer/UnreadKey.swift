public import ClusterScan

/// A key that exists and could not be read, and why.
public struct UnreadKey: Sendable {
    /// The name of the key.
    public var key: [UInt8]
    /// What was in the way.
    public var error: ClusterScanError
}
