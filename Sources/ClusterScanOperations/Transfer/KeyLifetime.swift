import ClusterScan

/// When a key goes away by itself.
enum KeyLifetime: Hashable, Sendable {
    /// There is no such key, or none any more.
    case noKey
    case never
    /// A moment, in milliseconds since 1970.
    case at(milliseconds: Int64)

    /// In milliseconds since 1970, if there is one.
    var moment: Int64? {
        if case .at(let milliseconds) = self { milliseconds } else { nil }
    }
}

/// Asks when keys expire, by the exact moment where the server can tell it (`PEXPIRETIME`, since Redis 7.0),
/// so that a copy there and back changes nothing; otherwise by what is left.
struct LifetimeReader: Sendable {
    private let scanner: ClusterScanner
    private let options: CommandOptions

    init(_ scanner: ClusterScanner, options: CommandOptions) {
        self.scanner = scanner
        self.options = options
    }

    /// Reads when keys expire, in the order of the keys.
    func lifetimes(of keys: [[UInt8]], preferring node: ClusterNode? = nil) async throws -> [KeyLifetime] {
        let exact = try await ask("PEXPIRETIME", keys, node)
        let old = exact.indices.filter { exact[$0].refusal != nil }
        var expiries = try zip(keys, exact).map { key, answer in
            answer.refusal == nil ? try Self.expiry(answer, now: 0, of: key) : .noKey
        }
        guard !old.isEmpty else { return expiries }
        let before = SystemTime.millisecondsSince1970
        let left = try await ask("PTTL", old.map { keys[$0] }, node)
        // The server answered at some moment in between.
        let now = before + (SystemTime.millisecondsSince1970 - before) / 2
        for (index, answer) in zip(old, left) {
            expiries[index] = try Self.expiry(answer, now: now, of: keys[index])
        }
        return expiries
    }

    private func ask(
        _ name: String,
        _ keys: [[UInt8]],
        _ node: ClusterNode?
    ) async throws -> [CommandAnswer] {
        try await scanner.answers(
            to: keys.map { KeyCommand(name, key: $0, isRepeatable: true) },
            preferring: node,
            options: options
        )
    }

    private static func expiry(
        _ answer: CommandAnswer,
        now: Int64,
        of key: [UInt8]
    ) throws -> KeyLifetime {
        switch answer.integer {
        case -2: return .noKey
        case -1: return .never
        case let time?: return .at(milliseconds: max(1, now.addingClamped(time)))
        case nil:
            throw ClusterScanError(
                .protocolViolation,
                "no expiry of \(PrintableBytes.text(key)): \(answer.trouble ?? "not a number")"
            )
        }
    }
}
