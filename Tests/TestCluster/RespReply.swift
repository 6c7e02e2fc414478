/// A reply in the second version of the servers' protocol.
package enum RespReply: Equatable, Sendable {
    case status(String)
    case error(String)
    case integer(Int)
    case bulk([UInt8])
    case array([RespReply])
    case null

    /// The text of a status or a bulk string; nil for everything else.
    package var text: String? {
        switch self {
        case .status(let text): text
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    package var bytes: [UInt8]? {
        if case .bulk(let bytes) = self { bytes } else { nil }
    }

    package var integer: Int? {
        if case .integer(let number) = self { number } else { nil }
    }

    package var array: [RespReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

/// What can be part of a command: text, bytes or a number.
package protocol RespArgument: Sendable {
    var respBytes: [UInt8] { get }
}

extension String: RespArgument {
    package var respBytes: [UInt8] { Array(utf8) }
}

extension [UInt8]: RespArgument {
    package var respBytes: [UInt8] { self }
}

extension Int: RespArgument {
    package var respBytes: [UInt8] { Array(String(self).utf8) }
}

extension UInt64: RespArgument {
    package var respBytes: [UInt8] { Array(String(self).utf8) }
}
