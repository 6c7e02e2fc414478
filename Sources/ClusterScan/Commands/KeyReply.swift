/// What became of one command.
///
/// The rare cases are indirect: an array of replies takes 16 bytes for each.
public enum KeyReply: Sendable {
    /// The server's reply.
    case value(RESPValue)

    /// The server refused the command, for a reason that waiting does not remove: a wrong type, a missing
    /// permission.
    indirect case error(ServerError)

    /// The reply takes more than ``ConnectionConfiguration/maximumReplyBytes`` and was not read; or more than
    /// the server sends to one client, so that the server closed each connection that asked for it.
    indirect case tooLarge(ClusterScanError)

    /// The connection was lost after the command was written: it may have been run, or not. Only commands
    /// that are not ``KeyCommand/isRepeatable`` end this way.
    indirect case outcomeUnknown(ClusterScanError)

    /// No node answered the command in the time allowed, or its node took no writes all that time
    /// (``ClusterScanError/Code/writesRefused``); the error is the last that was met. It was not run, unless
    /// it is repeatable and was written to a node that did not answer.
    indirect case unreachable(ClusterScanError)
}

extension KeyReply {
    /// The same, of servers that the caller calls by a name.
    func labelled(_ label: String) -> KeyReply {
        switch self {
        case .value:
            return self
        case .error(var error):
            error.label = label
            return .error(error)
        case .tooLarge(let error): return .tooLarge(error.labelled(label))
        case .outcomeUnknown(let error): return .outcomeUnknown(error.labelled(label))
        case .unreachable(let error): return .unreachable(error.labelled(label))
        }
    }
}
