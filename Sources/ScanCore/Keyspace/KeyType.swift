/// The type of the value a key holds, by the name that the `TYPE` command gives it.
public struct KeyType: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The server's name for the type, in lower case.
    public let rawValue: String

    /// Names a type; modules bring names of their own.
    ///
    /// - Parameter rawValue: The name, as `TYPE` answers it. Upper case is lowered, as servers compare
    ///   without case.
    public init(rawValue: String) {
        self.rawValue = rawValue.lowercased()
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

    /// The server's name for the type.
    public var description: String { rawValue }
}
