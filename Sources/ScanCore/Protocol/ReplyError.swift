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
