import ClusterScan

/// What ``ClusterScan/ClusterScanner/apply(_:match:type:from:options:onProgress:)`` does to keys. Doing it
/// twice does no more than doing it once.
public enum KeyChange: Sendable, Hashable {
    /// Delete them: `UNLINK`, which frees large values in the background; `DEL` where a server does not know
    /// that.
    case delete
    /// Let them expire.
    case expire(KeyExpiry)
    /// Let them stay: `PERSIST`.
    case persist

    /// The command for a key.
    func command(for key: UnsafeRawBufferPointer, name: String) -> KeyCommand {
        switch self {
        case .delete, .persist: KeyCommand(name, key: key, isRepeatable: true)
        case .expire(let expiry): expiry.command(for: key)
        }
    }

    /// The name of the command, in the form that the servers since Redis 4.0 have.
    var commandName: String {
        switch self {
        case .delete: "UNLINK"
        case .expire: "PEXPIRE"
        case .persist: "PERSIST"
        }
    }

    /// What to send where a server does not know the command.
    var olderCommandName: String? {
        self == .delete ? "DEL" : nil
    }

    /// What the command's reply means.
    func judge(_ reply: RESPValue) -> WorkOutcome {
        switch self {
        case .delete: reply.integer == 0 ? .missing : .done
        case .expire(let expiry): expiry.judge(reply)
        case .persist: reply.integer == 1 ? .done : .unchanged
        }
    }

    /// A command that tells what the change would do; `nil` if that is plain.
    func inquiry(about key: UnsafeRawBufferPointer) -> KeyCommand? {
        switch self {
        case .delete: nil
        case .expire, .persist: KeyCommand("PTTL", key: key, isRepeatable: true)
        }
    }

    /// What the change would do.
    ///
    /// - Parameters:
    ///   - reply: The reply to the inquiry.
    ///   - key: The key's name.
    ///   - now: Milliseconds since 1970 UTC.
    /// - Returns: The outcome that a key in this state would have.
    func foresee(_ reply: RESPValue, key: UnsafeRawBufferPointer, now: Int64) -> WorkOutcome {
        switch self {
        case .delete: .done
        case .expire(let expiry): expiry.foresee(reply, key: key, now: now)
        case .persist: reply.integer.map { $0 >= 0 ? .done : $0 == -1 ? .unchanged : .missing } ?? .missing
        }
    }
}
