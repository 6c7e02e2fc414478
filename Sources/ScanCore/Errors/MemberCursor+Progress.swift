extension MemberCursor {
    /// Where to go on; `nil` if nothing is left.
    ///
    /// - Throws: ``ClusterScanError`` `invalidCursor` if the cursor belongs to another key or pattern.
    package func progress(key: [UInt8], pattern: GlobPattern?) throws(ClusterScanError) -> Progress? {
        let digest = ScanQuery(pattern: pattern).digest
        switch state {
        case .start:
            return Progress(key: key, patternDigest: digest)
        case .finished:
            return nil
        case .inProgress(let progress):
            guard progress.key == key else {
                throw ClusterScanError(
                    .invalidCursor,
                    "the cursor belongs to the key \(PrintableBytes.text(progress.key)): name that one, "
                        + "or start from cursor 0"
                )
            }
            guard progress.patternDigest == digest else {
                throw ClusterScanError(
                    .invalidCursor,
                    "the cursor belongs to an iteration with another MATCH: repeat that exactly "
                        + "(COUNT may change), or start from cursor 0"
                )
            }
            return progress
        }
    }
}
