extension ScanQuery {
    /// The `SCAN` call for one page.
    func command(cursor: UInt64, count: Int) -> Command {
        .scan(cursor: cursor, match: pattern?.bytes, count: count, type: type?.rawValue)
    }
}
