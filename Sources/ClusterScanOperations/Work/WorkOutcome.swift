public import ClusterScan

/// What became of the work on one key.
public enum WorkOutcome: Sendable {
    /// It was done.
    case done
    /// The key was there when it was found and is no longer: deleted, expired or evicted meanwhile.
    case missing
    /// There was nothing to do, or a condition was not met.
    case unchanged
    /// The server refused, for a reason that waiting does not remove.
    case refused(ServerError)
    /// It may have been done, or not: the connection was lost before the reply.
    case unknown(ClusterScanError)
    /// No node answered for the key in the time allowed.
    case unreachable(ClusterScanError)

    /// What a reply says.
    ///
    /// - Parameters:
    ///   - reply: What became of the command on the key.
    ///   - judge: Says what a server's reply that is no error means.
    public init(_ reply: KeyReply, _ judge: (RESPValue) -> WorkOutcome) {
        self =
            switch reply {
            case .value(let value): judge(value)
            case .error(let error): .refused(error)
            case .tooLarge(let error): .refused(ServerError(message: "TOOLARGE \(error.message)"))
            case .outcomeUnknown(let error): .unknown(error)
            case .unreachable(let error): .unreachable(error)
            }
    }
}
