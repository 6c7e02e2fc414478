package import ClusterScan

/// What the answer to `DUMP` means for a key that is to be copied in one piece.
package enum DumpAnswer: Hashable, Sendable {
    /// Its value is to be written.
    case payload([UInt8])
    /// It is too large for one piece.
    case tooLarge
    case vanished
    case failed(ServerError)

    /// - Parameters:
    ///   - answer: The answer.
    ///   - maximumBytes: The largest payload that is moved in one piece.
    package init(_ answer: CommandAnswer, atMost maximumBytes: Int) {
        self =
            switch answer {
            case .value(.bulkString(let payload)):
                payload.count > maximumBytes ? .tooLarge : .payload(payload)
            case .value(.null): .vanished
            case .tooLarge: .tooLarge
            default: .failed(answer.failure)
            }
    }
}

/// What the answer to `RESTORE` means for a key that is to be copied in one piece.
package enum RestoreAnswer: Hashable, Sendable {
    case copied
    /// The name is taken, perhaps by the value that was to be written.
    case present
    /// The destination is older than the source, or lacks a module.
    case notUnderstood
    case failed(ServerError)

    /// - Parameter answer: The answer.
    package init(_ answer: CommandAnswer) {
        self =
            switch answer {
            case .value: .copied
            case .refused(let error) where error.code == "BUSYKEY": .present
            case .refused(let error)
            where error.message.contains("DUMP payload version or checksum are wrong")
                || error.message.contains("Bad data format"):
                .notUnderstood
            default: .failed(answer.failure)
            }
    }
}

extension CommandAnswer {
    /// Why a key is not copied, in the form in which it is counted.
    fileprivate var failure: ServerError {
        refusal ?? ServerError(notCopied: trouble ?? "the server answered something unexpected")
    }
}

extension ServerError {
    /// For a reason that no server has given.
    init(notCopied reason: String) {
        self.init(message: "NOTCOPIED \(reason)")
    }
}
