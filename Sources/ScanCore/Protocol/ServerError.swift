/// An error reply of a server.
public struct ServerError: Error, Hashable, Sendable {
    /// The first word of the reply (`NOAUTH`, `MOVED`, `LOADING`, `ERR`…), by which programs tell errors
    /// apart.
    public var code: String

    /// The whole reply, the code included, for people.
    public var message: String

    /// Takes an error reply apart.
    ///
    /// - Parameter message: The whole reply, without the type byte in front.
    public init(message: String) {
        self.code = String(message.prefix { $0 != " " })
        self.message = message
    }
}

extension ServerError {
    /// Whether the server takes no writes at all for now, whatever the key. Source: `processCommand` in the
    /// servers' `server.c`.
    package var refusesWrites: Bool { ["OOM", "MISCONF", "NOREPLICAS"].contains(code) }
}

extension ServerError: CustomStringConvertible {
    /// The same as ``message``.
    public var description: String { message }
}

/// Why a reply is not what was asked for.
package enum ReplyError: Error, Hashable, Sendable {
    /// The server answered with an error.
    case server(ServerError)
    /// The reply has another form than the command's replies have.
    case unexpected(String)
}

extension ReplyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let error): error.description
        case .unexpected(let what): "unexpected reply: \(what)"
        }
    }
}
