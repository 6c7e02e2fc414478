import ClusterScan

extension KeyType {
    /// The command that tells how many bytes or elements a value has, in constant time; `nil` for types of modules.
    var lengthCommand: String? {
        switch self {
        case .string: "STRLEN"
        case .list: "LLEN"
        case .set: "SCARD"
        case .sortedSet: "ZCARD"
        case .hash: "HLEN"
        case .stream: "XLEN"
        default: nil
        }
    }
}
