public import ClusterScan

/// What became of one record that was to be restored.
public enum RestoreOutcome: Sendable {
    /// The key is there.
    case restored
    /// The record's expiry has passed: nothing was sent.
    case expired
    /// The key was there before, and was not to be replaced (`BUSYKEY`).
    case exists
    /// An earlier record of the same dump has settled the key: a scan may return a key twice.
    case repeated
    /// The server refused the record: it is from a newer server, or there is no memory left.
    case refused(ServerError)
    /// No node took the record, or whether one did is not known.
    case failed(ClusterScanError)
}
