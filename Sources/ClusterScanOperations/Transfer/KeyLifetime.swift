package import ClusterScan
import Synchronization

/// When a key goes away by itself.
package enum KeyLifetime: Hashable, Sendable {
    /// There is no such key, or none any more.
    case noKey
    case never
    /// A moment, in milliseconds since 1970.
    case at(milliseconds: Int64)

    private static let tolerance = 1_000

    /// In milliseconds since 1970, if there is one.
    var moment: Int64? {
        if case .at(let milliseconds) = self { milliseconds } else { nil }
    }

    /// The command that has a key expire then, or never.
    func command(for key: [UInt8]) -> [[UInt8]] {
        guard let moment else { return [Array("PERSIST".utf8), key] }
        return [Array("PEXPIREAT".utf8), key] + .text("\(moment)")
    }

    /// Whether two keys expire at the same time, by and large: `MIGRATE` shifts the expiry of what it moves
    /// by as long as that takes, and servers before Redis 7.0 round.
    package func agrees(with other: KeyLifetime) -> Bool {
        guard let moment, let theirs = other.moment else { return self == other }
        let (apart, overflow) = moment.subtractingReportingOverflow(theirs)
        return !overflow && apart.magnitude <= Self.tolerance
    }
}

/// When a key expires, and what its value is at that moment.
package struct KeyMoment: Sendable {
    package let lifetime: KeyLifetime
    /// The reply to `DUMP`, if that was asked; otherwise the server's word on the expiry.
    package let value: KeyReply

    /// Reads a reply.
    ///
    /// - Parameter reply: To `PEXPIRETIME`, or to that and `DUMP` at one moment, or to `TIME`, `PTTL` and
    ///   `DUMP`.
    package init(_ reply: KeyReply) {
        guard case .value(let reply) = reply else {
            (lifetime, value) = (.noKey, reply)
            return
        }
        var words = reply.array ?? [reply]
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
        value = errors.first.map(KeyReply.error) ?? .value(words.last ?? .null)
    }
}

/// Asks when keys expire, together with their values if wanted: by the exact moment where the server can tell
/// it (`PEXPIRETIME`, since Redis 7.0), so that a copy there and back changes nothing; otherwise by what is
/// left, and the server's clock.
final class MomentReader: Sendable {
    private let scanner: ClusterScanner
    private let options: CommandOptions
    /// Whether the servers were found not to know `PEXPIRETIME`.
    private let asksForTime = Atomic(false)

    init(_ scanner: ClusterScanner, options: CommandOptions) {
        self.scanner = scanner
        self.options = options
    }

    /// Reads when keys expire, and their values as of the same moments, in the order of the keys.
    func moments(of keys: [[UInt8]]) async throws -> [KeyMoment] {
        try await ask(keys, withValue: true)
    }

    /// Reads when keys expire, in the order of the keys.
    ///
    /// - Throws: `ClusterScanError`, also where a server refuses to tell.
    func lifetimes(of keys: [[UInt8]]) async throws -> [KeyLifetime] {
        try await ask(keys, withValue: false).map { moment in
            _ = try moment.value.valueUnlessRefused().get()
            return moment.lifetime
        }
    }

    private func ask(_ keys: [[UInt8]], withValue: Bool) async throws -> [KeyMoment] {
        var replies: [KeyReply] = []
        var old = Array(keys.indices)
        if !asksForTime.load(ordering: .relaxed) {
            replies = try await send(keys, asksForTime: false, withValue)
            old = old.filter {
                if case .error(let error) = replies[$0] { error.isUnknownCommand } else { false }
            }
            if !keys.isEmpty, old.count == keys.count { asksForTime.store(true, ordering: .relaxed) }
        }
        guard !old.isEmpty else { return replies.map(KeyMoment.init) }
        let theirs = try await send(old.map { keys[$0] }, asksForTime: true, withValue)
        if replies.isEmpty { return theirs.map(KeyMoment.init) }
        for (index, reply) in zip(old, theirs) { replies[index] = reply }
        return replies.map(KeyMoment.init)
    }

    private func send(_ keys: [[UInt8]], asksForTime: Bool, _ withValue: Bool) async throws -> [KeyReply] {
        let commands = keys.map { key in
            guard asksForTime || withValue else {
                return KeyCommand("PEXPIRETIME", key: key, isRepeatable: true)
            }
            var questions = asksForTime ? [Self.time, [Self.left, key]] : [[Self.expiry, key]]
            if withValue { questions.append([Self.value, key]) }
            return KeyCommand(atOneMoment: questions, of: key)
        }
        return try await scanner.send(commands, options: options)
    }

    private static let time: [[UInt8]] = .text("TIME")
    private static let left = Array("PTTL".utf8)
    private static let expiry = Array("PEXPIRETIME".utf8)
    private static let value = Array("DUMP".utf8)
}
