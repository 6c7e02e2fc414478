/// A value in the servers' protocol (RESP2, <https://redis.io/docs/latest/develop/reference/protocol-spec/>):
/// a reply, or an element of one.
///
/// The names of keys do not come this way, but through ``KeyBatch``.
public enum RESPValue: Hashable, Sendable {
    /// A short text such as `OK`.
    case simpleString([UInt8])
    /// Any bytes: the usual form of a value.
    case bulkString([UInt8])
    /// An error; as an element, that of one command of several.
    indirect case error(ServerError)
    /// A signed 64-bit number.
    case integer(Int64)
    /// No value: the key, field or element does not exist.
    case null
    /// Values one after another, which may be arrays again.
    case array([RESPValue])
}

extension RESPValue {
    /// The bytes of a simple or bulk string, otherwise `nil`.
    public var bytes: [UInt8]? {
        switch self {
        case .simpleString(let bytes), .bulkString(let bytes): bytes
        case .error, .integer, .null, .array: nil
        }
    }

    /// A simple or bulk string as text, invalid UTF-8 repaired; otherwise `nil`.
    public var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The elements of an array, otherwise `nil`.
    public var array: [RESPValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value of an integer reply, otherwise `nil`: strings of digits are not converted.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }
}
