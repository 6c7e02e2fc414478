/// Why a text is not a cursor that can be used.
public enum ScanCursorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text was not produced by this library, or was cut short or altered on its way.
    case malformed
    /// A plain cursor of one server's `SCAN`, which means nothing to a cluster.
    case plainServerCursor
    /// The cursor was produced by another version of this library, with this format version.
    case unknownVersion(UInt8)
    /// The cursor belongs to an iteration with another `MATCH`, `TYPE` or database.
    case otherQuery

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .malformed:
            "the cursor is damaged: it was cut short or altered, or is not a cluster-scan cursor. "
                + "Use it exactly as it was printed, or start from cursor 0"
        case .plainServerCursor:
            "this is a SCAN cursor of a single server, which means nothing to a cluster. Start from cursor 0"
        case .unknownVersion(let version):
            "the cursor has format version \(version), which another version of cluster-scan wrote: resume "
                + "it with that version, or start from cursor 0"
        case .otherQuery:
            "the cursor belongs to an iteration with another MATCH, TYPE or database: repeat those exactly "
                + "(COUNT may change), or start from cursor 0"
        }
    }
}
