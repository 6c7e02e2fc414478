package import ClusterScan

/// When keys shall expire.
public struct KeyExpiry: Sendable, Hashable {
    /// A moment, or a span from when the key is worked on.
    public enum Moment: Sendable, Hashable {
        /// So long after the server has got the command, by the server's clock.
        case after(Duration)
        /// At this time, in milliseconds since 1970 UTC. One that has passed deletes the key.
        case at(milliseconds: Int64)
    }

    /// Which keys get the new expiry: the options of `EXPIRE` that came with Redis 7.0.
    public enum Condition: String, Sendable, Hashable, CaseIterable {
        /// Keys that do not expire (`NX`).
        case noExpiry = "nx"
        /// Keys that expire already (`XX`).
        case anyExpiry = "xx"
        /// Keys that would expire earlier (`GT`). Those that do not expire are never chosen.
        case earlierExpiry = "gt"
        /// Keys that would expire later, or not at all (`LT`).
        case laterExpiry = "lt"
    }

    /// When.
    public var moment: Moment
    /// How much later at most, so that keys do not all expire at once. How much it is for a key depends on
    /// its name alone: the same key gets the same again when the work is repeated.
    public var jitter: Duration
    /// Which keys; `nil` for all.
    public var condition: Condition?

    /// Describes an expiry.
    ///
    /// - Parameters:
    ///   - moment: When.
    ///   - jitter: How much later at most.
    ///   - condition: Which keys; `nil` for all.
    public init(_ moment: Moment, jitter: Duration = .zero, condition: Condition? = nil) {
        self.moment = moment
        self.jitter = jitter
        self.condition = condition
    }

    /// The command for a key. Running it twice leaves a key as running it once, but for the moment in
    /// between.
    func command(for key: UnsafeRawBufferPointer) -> KeyCommand {
        let (name, arguments) = words(for: key)
        return KeyCommand(name, key: key, arguments, isRepeatable: true)
    }

    /// The name of the command, and what follows the key in it.
    package func words(for key: UnsafeRawBufferPointer) -> (name: String, arguments: [[UInt8]]) {
        let name: String
        let time: Int64
        switch moment {
        case .after(let span): (name, time) = ("PEXPIRE", span.wholeMilliseconds)
        case .at(let milliseconds): (name, time) = ("PEXPIREAT", milliseconds)
        }
        let arguments: [[UInt8]] = .text("\(time &+ jitter(of: key))")
        return (name, arguments + (condition.map { .text($0.rawValue.uppercased()) } ?? []))
    }

    /// What the command's reply means.
    package func judge(_ reply: RESPValue) -> WorkOutcome {
        if reply.integer == 1 { return .done }
        return condition == nil ? .missing : .unchanged
    }

    /// What the command would do.
    ///
    /// - Parameters:
    ///   - reply: The reply to `PTTL`.
    ///   - key: The key's name.
    ///   - now: Milliseconds since 1970 UTC.
    /// - Returns: The outcome that a key in this state would have.
    package func foresee(_ reply: RESPValue, key: UnsafeRawBufferPointer, now: Int64) -> WorkOutcome {
        guard let rest = reply.integer, rest >= -1 else { return .missing }
        let planned =
            switch moment {
            case .after(let span): span.wholeMilliseconds &+ jitter(of: key)
            case .at(let milliseconds): milliseconds &+ jitter(of: key) &- now
            }
        let applies =
            switch condition {
            case nil: true
            case .noExpiry: rest == -1
            case .anyExpiry: rest >= 0
            case .earlierExpiry: rest >= 0 && planned > rest
            case .laterExpiry: rest == -1 || planned < rest
            }
        return applies ? .done : .unchanged
    }

    private func jitter(of key: UnsafeRawBufferPointer) -> Int64 {
        let most = jitter.wholeMilliseconds
        return most > 0 ? Int64(NameHash.of(key) % (UInt64(most) + 1)) : 0
    }
}
