package import ClusterScan

/// When a key expires, and what else was asked about it, as of one moment.
package struct KeyMoment: Sendable {
    package let lifetime: KeyLifetime
    /// The last reply: to `DUMP`, say, if that was asked; otherwise the server's word on the expiry. A
    /// refusal of any of the questions.
    package let value: KeyReply
    /// The replies to what was asked besides the expiry.
    package let replies: [RESPValue]

    /// Reads a reply.
    ///
    /// - Parameter reply: To `PEXPIRETIME`, or to that and other questions at one moment, or to `TIME`,
    ///   `PTTL` and those.
    package init(_ reply: KeyReply) {
        guard case .value(let reply) = reply else {
            (lifetime, value, replies) = (.noKey, reply, [])
            return
        }
        var words = reply.array ?? [reply]
        let last = words.last ?? .null
        var now: Int64 = 0
        if let time = words.first?.array?.compactMap(\.string).compactMap({ Int64($0) }), time.count == 2 {
            now = Int64(clamping: Int128(time[0]) * 1000 + Int128(time[1]) / 1000)
            words.removeFirst()
        }
        lifetime =
            switch words.first?.integer {
            case -1: .never
            case let time? where time >= 0: .at(milliseconds: max(1, now.addingClamped(time)))
            default: .noKey
            }
        let errors = words.compactMap { if case .error(let error) = $0 { error } else { nil } }
        value = errors.first.map(KeyReply.error) ?? .value(last)
        replies = Array(words.dropFirst())
    }
}
