/// The type of the value a key holds, by the name that the `TYPE` command gives it.
public struct KeyType: RawRepresentable, Sendable, Codable {
    /// The name as it was given: a server's own spelling, such as `ReJSON-RL`, where a server told it.
    public let rawValue: String
    /// In lower case, in which names are compared.
    package let folded: String

    /// Names a type; modules bring names of their own.
    ///
    /// - Parameter rawValue: The name, as `TYPE` answers it. Names that differ only in their case are the
    ///   same type, as for servers.
    public init(rawValue: String) {
        self.rawValue = rawValue
        folded = rawValue.lowercased()
    }

    /// Strings, numbers, bitmaps and HyperLogLogs.
    public static let string = KeyType(rawValue: "string")
    /// Lists.
    public static let list = KeyType(rawValue: "list")
    /// Sets.
    public static let set = KeyType(rawValue: "set")
    /// Sorted sets and geo indices.
    public static let sortedSet = KeyType(rawValue: "zset")
    /// Hashes.
    public static let hash = KeyType(rawValue: "hash")
    /// Streams.
    public static let stream = KeyType(rawValue: "stream")
    /// Vector sets, which Redis has from 8.0 on.
    public static let vectorSet = KeyType(rawValue: "vectorset")

    /// The types that servers have without modules, vector sets included.
    package static let ofServers: Set<KeyType> = [
        .string, .list, .set, .sortedSet, .hash, .stream, .vectorSet,
    ]
}

extension KeyType: Hashable, CustomStringConvertible {
    /// Whether both names mean the same type, whatever their case.
    public static func == (one: KeyType, other: KeyType) -> Bool { one.folded == other.folded }

    /// Feeds the name into a hash function, whatever its case.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    /// The name of the type.
    public var description: String { rawValue }
}
