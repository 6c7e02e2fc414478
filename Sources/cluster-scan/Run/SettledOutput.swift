package import ClusterScan

/// What is true of an output once so many bytes have arrived in it.
package struct SettledOutput: Sendable {
    /// The length of the output, without what was there before.
    package var end: UInt64
    /// The keys in it, without those that were there before.
    package var keys: UInt64
    /// Where to go on from.
    package var cursor: ScanCursor
}
