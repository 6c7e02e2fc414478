/// One page of an iteration, in the shape of `SCAN`'s own answer.
public struct ScanPage: Sendable {
    /// The keys of the page. An empty page is not the end: ask ``ScanCursor/isFinished``.
    public let keys: KeyBatch
    /// What to pass to the next call.
    public let cursor: ScanCursor
}
