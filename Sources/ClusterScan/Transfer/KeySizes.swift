/// Groups keys by what their values take, so that many small values travel together and a large one alone.
package struct KeySizes {
    /// What a value is thought to take whose size the server does not tell.
    static let assumed = 256 << 10

    static func command(for key: [UInt8]) -> KeyCommand {
        KeyCommand("MEMORY USAGE", key: key, isRepeatable: true)
    }

    /// - Returns: `nil` if the server does not tell: the command is not permitted, or not known.
    static func size(_ reply: KeyReply) -> Int? {
        guard case .value(.integer(let size)) = reply else { return nil }
        return Int(clamping: size)
    }

    /// Cuts a list into runs of at most so many bytes, or of one element.
    ///
    /// - Parameters:
    ///   - sizes: The sizes of the elements, in their order.
    ///   - limit: How many bytes a run may have.
    /// - Returns: The runs, which together are the whole list.
    package static func runs(of sizes: [Int], atMost limit: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var (first, sum) = (0, 0)
        for (index, size) in sizes.enumerated() {
            if index > first, size > limit - sum {
                runs.append(first..<index)
                (first, sum) = (index, 0)
            }
            sum += min(size, limit)
        }
        if first < sizes.count { runs.append(first..<sizes.count) }
        return runs
    }
}

extension KeyReply {
    /// The value, or `nil` if the server refused this one command.
    ///
    /// - Throws: ``ClusterScanError`` if the reason concerns all commands: a right that is missing, a node out
    ///   of reach.
    func valueUnlessRefused() throws(ClusterScanError) -> Result<RESPValue, ClusterScanError> {
        switch self {
        case .value(let value):
            return .success(value)
        case .error(let error):
            let code: ClusterScanError.Code = error.lacksRights ? .permissionDenied : .protocolViolation
            let failure = ClusterScanError(code, error.message)
            if error.lacksRights { throw failure }
            return .failure(failure)
        case .tooLarge(let error):
            return .failure(error)
        case .outcomeUnknown(let error), .unreachable(let error):
            throw error
        }
    }
}

extension ServerError {
    /// Whether the user may not do this, whatever the key is.
    var lacksRights: Bool { ["NOPERM", "NOAUTH"].contains(code) }

    var isUnknownCommand: Bool { code == "ERR" && message.contains("unknown command") }
}
