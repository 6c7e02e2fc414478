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

    /// The command for a key. Running it twice leaves a key as running it once, but for the moment in between.
    func command(for key: UnsafeRawBufferPointer) -> KeyCommand {
        let (name, arguments) = words(for: key)
        return KeyCommand(name, key: key, arguments, isRepeatable: true)
    }

    /// The name of the command, and what follows the key in it.
    package func words(for key: UnsafeRawBufferPointer) -> (name: String, arguments: [[UInt8]]) {
        let name: String
        let time: Int64
        switch moment {
        case .after(let span): (name, time) = ("PEXPIRE", KeyExpiry.milliseconds(span))
        case .at(let milliseconds): (name, time) = ("PEXPIREAT", milliseconds)
        }
        var arguments = [Array(String(time &+ jitter(of: key)).utf8)]
        if let condition { arguments.append(Array(condition.rawValue.uppercased().utf8)) }
        return (name, arguments)
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
            case .after(let span): KeyExpiry.milliseconds(span) &+ jitter(of: key)
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

    /// FNV-1a, and the finaliser of SplitMix64 to spread names that differ in their last digit only.
    private func jitter(of key: UnsafeRawBufferPointer) -> Int64 {
        let most = KeyExpiry.milliseconds(jitter)
        guard most > 0 else { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        return Int64(hash % (UInt64(most) + 1))
    }

    private static func milliseconds(_ span: Duration) -> Int64 {
        let (seconds, attoseconds) = span.components
        return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
    }
}
