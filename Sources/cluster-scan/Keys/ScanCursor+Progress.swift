package import ClusterScan

extension ScanCursor {
    /// Whether anything has been read: not where an iteration starts, nor in a part of a split of it.
    package var hasProgress: Bool {
        guard let inspection else { return false }
        return inspection.keysReturned > 0 || !inspection.lanes.isEmpty || !inspection.covered.isEmpty
    }
}
