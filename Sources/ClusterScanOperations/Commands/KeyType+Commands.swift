import ClusterScan

extension KeyType {
    /// The command that tells how many bytes or elements a value has, in constant time; `nil` for types of
    /// modules.
    var lengthCommand: String? {
        switch self {
        case .string: "STRLEN"
        case .list: "LLEN"
        case .set: "SCARD"
        case .sortedSet: "ZCARD"
        case .hash: "HLEN"
        case .stream: "XLEN"
        case .vectorSet: "VCARD"
        default: nil
        }
    }

    /// The command that reads a whole value, for ``KeyCommand/init(reading:key:)``; `nil` for types of
    /// modules, and for vector sets, which no one command reads.
    var readingCommand: String? {
        switch self {
        case .string: "GET"
        case .list: "LRANGE 0 -1"
        case .set: "SMEMBERS"
        case .sortedSet: "ZRANGE 0 -1 WITHSCORES"
        case .hash: "HGETALL"
        case .stream: "XRANGE - +"
        default: nil
        }
    }
}
