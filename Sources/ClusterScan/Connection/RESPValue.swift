/// A reply as a tree, for replies that are read by their structure and are not many: topology, roles,
/// settings.
///
/// Keys do not come this way, but through ``KeyBatch``.
package indirect enum RESPValue: Hashable, Sendable {
    case simpleString([UInt8])
    case bulkString([UInt8])
    case error(ServerError)
    case integer(Int64)
    case null
    case array([RESPValue])
}

extension RESPValue {
    /// The bytes of a simple or bulk string, otherwise `nil`.
    package var bytes: [UInt8]? {
        switch self {
        case .simpleString(let bytes), .bulkString(let bytes): bytes
        case .error, .integer, .null, .array: nil
        }
    }

    /// A simple or bulk string as text, invalid UTF-8 repaired; otherwise `nil`.
    package var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The elements of an array, otherwise `nil`.
    package var array: [RESPValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value of an integer reply, otherwise `nil`: strings of digits are not converted.
    package var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }
}
