/// Why bytes are not a whole dump. Places are counted in bytes from the beginning of the file.
public enum DumpFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first bytes are not those of a dump.
    case notADump
    /// A later version of the format.
    case unsupportedVersion(UInt8)
    /// A block is not as it was written, is missing, or is not where it was.
    case damaged(at: UInt64)
    /// The file ends before its trailer.
    case truncated(at: UInt64)
    /// Something follows the trailer.
    case trailingBytes(at: UInt64)
    /// A record is larger than the reader may hold.
    case tooLarge(at: UInt64)

    /// What is wrong, in a sentence without its end.
    public var description: String {
        switch self {
        case .notADump: "this is not a dump of cluster-scan (is it still compressed?)"
        case .unsupportedVersion(let version): "the dump has version \(version) of the format, which is newer"
        case .damaged(let place): "the dump is damaged at byte \(place)"
        case .truncated(let place): "the dump is truncated: it ends at byte \(place), without a trailer"
        case .trailingBytes(let place): "something follows the end of the dump at byte \(place)"
        case .tooLarge(let place): "the record at byte \(place) is too large"
        }
    }
}
