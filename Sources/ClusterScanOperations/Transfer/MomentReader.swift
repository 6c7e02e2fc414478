import ClusterScan
import Synchronization

/// Asks when keys expire, together with other questions about them: by the exact moment where the server can
/// tell it (`PEXPIRETIME`, since Redis 7.0), so that a copy there and back changes nothing; otherwise by what
/// is left, and the server's clock.
final class MomentReader: Sendable {
    private let scanner: ClusterScanner
    private let options: CommandOptions
    /// Whether the servers were found not to know `PEXPIRETIME`.
    private let asksForTime = Atomic(false)

    init(_ scanner: ClusterScanner, options: CommandOptions) {
        self.scanner = scanner
        self.options = options
    }

    /// Reads when keys expire, and their values as of the same moments (`DUMP`), in the order of the keys.
    func moments(of keys: [[UInt8]]) async throws -> [KeyMoment] {
        try await moments(of: keys) { [[Self.value, keys[$0]]] }
    }

    /// Reads when keys expire, in the order of the keys.
    ///
    /// - Throws: `ClusterScanError`, also where a server refuses to tell.
    func lifetimes(of keys: [[UInt8]]) async throws -> [KeyLifetime] {
        try await moments(of: keys) { _ in [] }.map { moment in
            _ = try moment.value.valueUnlessRefused().get()
            return moment.lifetime
        }
    }

    /// Reads when keys expire, and what else is asked about them, each key as of one moment.
    ///
    /// - Parameters:
    ///   - keys: The keys.
    ///   - questions: The commands to ask about the key at a place.
    /// - Returns: In the order of the keys.
    /// - Throws: What sending them throws.
    func moments(
        of keys: [[UInt8]],
        asking questions: (Int) -> [[[UInt8]]]
    ) async throws -> [KeyMoment] {
        var replies: [KeyReply] = []
        var old = Array(keys.indices)
        if !asksForTime.load(ordering: .relaxed) {
            replies = try await send(keys, old, asksForTime: false, questions)
            old = old.filter {
                if case .error(let error) = replies[$0] { error.isUnknownCommand(Self.exact) } else { false }
            }
            if !keys.isEmpty, old.count == keys.count { asksForTime.store(true, ordering: .relaxed) }
        }
        guard !old.isEmpty else { return replies.map(KeyMoment.init) }
        let theirs = try await send(keys, old, asksForTime: true, questions)
        if replies.isEmpty { return theirs.map(KeyMoment.init) }
        for (index, reply) in zip(old, theirs) { replies[index] = reply }
        return replies.map(KeyMoment.init)
    }

    private func send(
        _ keys: [[UInt8]],
        _ places: [Int],
        asksForTime: Bool,
        _ questions: (Int) -> [[[UInt8]]]
    ) async throws -> [KeyReply] {
        let commands = places.map { place in
            let key = keys[place]
            let others = questions(place)
            guard asksForTime || !others.isEmpty else {
                return KeyCommand(Self.exact, key: key, isRepeatable: true)
            }
            let expiry = asksForTime ? [Self.time, [Self.left, key]] : [[Array(Self.exact.utf8), key]]
            return KeyCommand(atOneMoment: expiry + others, of: key)
        }
        return try await scanner.send(commands, options: options)
    }

    private static let exact = "PEXPIRETIME"
    private static let time: [[UInt8]] = .text("TIME")
    private static let left = Array("PTTL".utf8)
    private static let value = Array("DUMP".utf8)
}
