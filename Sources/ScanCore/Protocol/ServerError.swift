/// An error reply of a server. Two are equal if their words are, whichever server said them.
public struct ServerError: Error, Hashable, Sendable {
    /// The first word of the reply (`NOAUTH`, `MOVED`, `LOADING`, `ERR`…), by which programs tell errors
    /// apart.
    public var code: String

    /// The whole reply, the code included, for people.
    public var message: String

    /// The node that said so, where that is known.
    public var address: NodeAddress?

    /// What the caller calls the servers, where it works with several clusters.
    public var label: String?

    /// Takes an error reply apart.
    ///
    /// - Parameter message: The whole reply, without the type byte in front.
    public init(message: String) {
        self.code = String(message.prefix { $0 != " " })
        self.message = message
    }
}

extension ServerError {
    /// Compares the words.
    public static func == (left: ServerError, right: ServerError) -> Bool { left.message == right.message }

    /// Hashes the words.
    public func hash(into hasher: inout Hasher) { hasher.combine(message) }
}

extension ServerError {
    /// Whether the server has no such command: it is too old, the command was renamed or taken away, or a
    /// service or a proxy leaves it out. Each has its own words for it.
    public var isUnknownCommand: Bool {
        let words = message.prefix(200).lowercased()
        return ServerError.wordsOfUnknownCommands.contains { words.contains($0) }
    }

    /// Whether the server does not run the command for this user, whatever the key and the arguments are:
    /// it is not permitted, or there is none.
    public var refusesCommand: Bool {
        isUnknownCommand || code == "NOPERM" && message.contains(" command")
    }

    /// Whether the server takes no writes at all for now, whatever the key. Source: `processCommand` in the
    /// servers' `server.c`.
    package var refusesWrites: Bool { ["OOM", "MISCONF", "NOREPLICAS"].contains(code) }

    /// The message without the arguments that servers repeat after a command that they do not know.
    public var withoutArguments: String {
        let end = message.firstRange(of: ", with args")?.lowerBound ?? message.endIndex
        return String(message[..<end])
    }

    private static let wordsOfUnknownCommands = [
        "unknown command", "unknown subcommand", "unsupported command", "command is not supported",
        "command not supported", "command is not allowed", "command not allowed", "command is not available",
        "command is disabled",
    ]
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
