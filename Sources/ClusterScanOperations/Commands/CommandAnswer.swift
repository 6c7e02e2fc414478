package import ClusterScan

/// A reply as work on many keys needs it: what no node answered, or the user may not do, ends the work,
/// as later commands would fare no better.
package enum CommandAnswer: Sendable {
    case value(RESPValue)
    /// The server refused this command.
    case refused(ServerError)
    /// The reply was larger than the client takes.
    case tooLarge
    /// The connection was lost: the command may have been run, or not.
    case outcomeUnknown

    /// What a reply means.
    ///
    /// - Parameters:
    ///   - reply: What became of a command.
    ///   - toleratingNoPermission: Whether work goes on where the user may not run the command.
    /// - Throws: `ClusterScanError` if the reason concerns all commands.
    package init(
        _ reply: KeyReply,
        toleratingNoPermission: Bool = false
    ) throws(ClusterScanError) {
        switch reply {
        case .value(.error(let error)), .error(let error):
            guard error.code != "NOPERM" || toleratingNoPermission else {
                throw ClusterScanError(refusal: error)
            }
            self = .refused(error)
        case .value(let value): self = .value(value)
        case .tooLarge: self = .tooLarge
        case .outcomeUnknown: self = .outcomeUnknown
        case .unreachable(let error): throw error
        }
    }

    /// The value; `nil` after a refusal.
    var value: RESPValue? {
        if case .value(let value) = self { value } else { nil }
    }

    /// The bytes of a string, otherwise `nil`.
    var bytes: [UInt8]? { value?.bytes }

    /// The value of an integer, otherwise `nil`.
    var integer: Int64? { value?.integer }

    /// The value of an integer without which the work cannot go on.
    ///
    /// - Throws: `ClusterScanError` if there is none.
    func requiredInteger() throws(ClusterScanError) -> Int64 {
        if let integer { return integer }
        if case .refused(let error) = self { throw ClusterScanError(refusal: error) }
        throw ClusterScanError(.protocolViolation, trouble ?? "the reply is not a number")
    }

    /// What the server said when it refused, otherwise `nil`.
    var refusal: ServerError? {
        if case .refused(let error) = self { error } else { nil }
    }

    /// Why a key is not copied, in the form in which it is counted.
    var failure: ServerError {
        refusal ?? ServerError(notCopied: trouble ?? "the server answered something unexpected")
    }

    /// Why there is no value, for people; `nil` if there is one.
    var trouble: String? {
        switch self {
        case .value: nil
        case .refused(let error): error.message
        case .tooLarge: "the reply is larger than this client takes"
        case .outcomeUnknown: "the connection was lost before the reply"
        }
    }
}

extension ClusterScanner {
    /// Sends commands and waits for all the answers, which stand in the order of the commands.
    ///
    /// - Throws: `ClusterScanError` if a command was answered by no node, or may not be run; and what
    ///   ``send(_:preferring:options:)`` throws.
    func answers(
        to commands: [KeyCommand],
        preferring node: ClusterNode? = nil,
        options: CommandOptions,
        toleratingNoPermission: Bool = false
    ) async throws -> [CommandAnswer] {
        try await send(commands, preferring: node, options: options).map { reply in
            try CommandAnswer(reply, toleratingNoPermission: toleratingNoPermission)
        }
    }

    /// Sends one command and waits for its answer.
    func answer(to command: KeyCommand, options: CommandOptions) async throws -> CommandAnswer {
        guard let answer = try await answers(to: [command], options: options).first else {
            throw ClusterScanError(.protocolViolation, "the reply is missing")
        }
        return answer
    }
}
