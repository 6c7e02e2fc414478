import ClusterScan

extension KeyReply {
    /// The value, or `nil` if the server refused this one command.
    ///
    /// - Throws: `ClusterScanError` if the reason concerns all commands: a right that is missing, a node out
    ///   of reach.
    func valueUnlessRefused() throws(ClusterScanError) -> Result<RESPValue, ClusterScanError> {
        switch self {
        case .value(let value):
            return .success(value)
        case .error(let error):
            let failure = ClusterScanError(refusal: error)
            if error.lacksRights { throw failure }
            return .failure(failure)
        case .tooLarge(let error):
            return .failure(error)
        case .outcomeUnknown(let error), .unreachable(let error):
            throw error
        }
    }
}
