public import ClusterScan

/// Reads keys with their values, whatever their type, in bounded memory.
///
/// Small values are read together, each with one command, as of one moment. A large collection is read alone
/// with its own cursor or range, piece by piece; while it changes, elements that were there throughout are
/// handed out at least once, perhaps twice (lists: by position, so that elements can also be passed over when
/// others before them go). Consumer groups of streams are not part of a value here; a ``RecordReader`` has
/// them.
public struct ValueReader: Sendable {
    /// What became of the keys that were not handed out.
    public struct Tally: Sendable {
        /// Keys of types that are unknown here, by the name of the type.
        public var unknownTypes: [KeyType: Int] = [:]
        /// Keys that exist and could not be read, or not to their end.
        public var unread: [UnreadKey] = []
    }

    private struct Found {
        let key: [UInt8]
        let type: KeyType
        let timeToLive: Int64?
        /// In bytes; `nil` if the server does not tell.
        let size: Int?
    }

    private let scanner: ClusterScanner
    private let largeValue: Int
    private let bytesAtOnce: Int
    private let options: CommandOptions
    private let lifetimes: FieldLifetimes

    private static let attempts = 3

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - scanner: Where to read.
    ///   - largeValue: From how many bytes on a value is read alone. Where `MEMORY USAGE` is not permitted,
    ///     all are, which is slow.
    ///   - bytesAtOnce: About how many bytes of small values to hold at once.
    ///   - options: How long nodes may be out of reach.
    public init(
        _ scanner: ClusterScanner,
        largeValue: Int = 64 << 10,
        bytesAtOnce: Int = 4 << 20,
        options: CommandOptions = CommandOptions()
    ) {
        self.scanner = scanner
        self.options = options
        self.largeValue = largeValue
        self.bytesAtOnce = bytesAtOnce
        lifetimes = FieldLifetimes(scanner, options: options)
    }

    /// Reads keys. Those that do not exist any more are passed over.
    ///
    /// - Parameters:
    ///   - keys: The names; several thousands are best.
    ///   - type: Only keys of this type, if given: a key may have changed since it was found.
    ///   - body: Takes the parts of one value after another.
    /// - Returns: What was left out.
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit a command; what `body` throws;
    ///   `CancellationError`.
    public func read(
        _ keys: [[UInt8]],
        type: KeyType? = nil,
        _ body: (ValuePart) throws -> Void
    ) async throws -> Tally {
        var tally = Tally()
        var waiting = keys
        for attempt in 1...ValueReader.attempts where !waiting.isEmpty {
            let found = try await look(at: waiting).filter { type == nil || $0.type == type }
            for other in found where other.type.readingCommand == nil {
                tally.unknownTypes[other.type, default: 0] += 1
            }
            let known = found.filter { $0.type.readingCommand != nil }
            waiting = try await read(known, isLast: attempt == ValueReader.attempts, &tally, body)
        }
        return tally
    }

    private func look(at keys: [[UInt8]]) async throws -> [Found] {
        let commands = keys.flatMap { key in
            [
                KeyCommand("TYPE", key: key, isRepeatable: true),
                KeyCommand("PTTL", key: key, isRepeatable: true),
                KeySizes.command(for: key),
            ]
        }
        let replies = try await scanner.send(commands, options: options)
        var found: [Found] = []
        for (index, key) in keys.enumerated() {
            let type = try replies[3 * index].valueUnlessRefused().get().string ?? "none"
            let time = try replies[3 * index + 1].valueUnlessRefused().get().integer ?? -2
            guard type != "none", time != -2 else { continue }
            found.append(
                Found(
                    key: key,
                    type: KeyType(rawValue: type),
                    timeToLive: time < 0 ? nil : time,
                    size: KeySizes.size(replies[3 * index + 2])
                )
            )
        }
        return found
    }

    /// - Returns: Keys that have another type by now.
    private func read(
        _ found: [Found],
        isLast: Bool,
        _ tally: inout Tally,
        _ body: (ValuePart) throws -> Void
    ) async throws -> [[UInt8]] {
        func isSmall(_ key: Found) -> Bool { key.size.map { $0 < largeValue } ?? false }
        let small = found.filter(isSmall)
        var changed: [[UInt8]] = []
        for run in KeySizes.runs(of: small.map { $0.size ?? 0 }, atMost: bytesAtOnce) {
            let keys = small[run]
            let replies = try await scanner.send(
                keys.compactMap { key in
                    key.type.readingCommand.map { KeyCommand(reading: $0, key: key.key) }
                },
                options: options
            )
            var expiring = try await fieldLifetimes(of: keys, replies)[...]
            for (key, reply) in zip(keys, replies) {
                let expiring = expiring.removeFirst()
                if case .error(let error) = reply, error.code == "WRONGTYPE", !isLast {
                    changed.append(key.key)
                    continue
                }
                switch try reply.valueUnlessRefused() {
                case .success(let value):
                    guard let part = WholeValue.part(value, key.type) else { continue }
                    try body(.begin(summary(of: key, isInPieces: false)))
                    try body(part)
                    if !expiring.isEmpty { try body(.lifetimes(expiring)) }
                    try body(.end(nil))
                case .failure(let error):
                    tally.unread.append(UnreadKey(key: key.key, error: error))
                }
            }
        }
        for key in found where !isSmall(key) {
            let value = LargeValue(
                scanner: scanner,
                options: options,
                lifetimes: lifetimes,
                key: key.key,
                type: key.type,
                size: key.size
            )
            switch try await value.read(summary(of: key, isInPieces: true), body) {
            case .read, .gone: break
            case .changed where !isLast: changed.append(key.key)
            case .changed: tally.unread.append(UnreadKey(key: key.key, error: LargeValue.keepsChanging))
            case .failed(let error): tally.unread.append(UnreadKey(key: key.key, error: error))
            }
        }
        return changed
    }

    /// What of the hashes among these keys expires by itself, in the order of the keys.
    private func fieldLifetimes(
        of keys: ArraySlice<Found>,
        _ replies: [KeyReply]
    ) async throws -> [[FieldLifetimes.Lifetime]] {
        var all = [[FieldLifetimes.Lifetime]](repeating: [], count: keys.count)
        var hashes: [(index: Int, key: [UInt8], fields: [[UInt8]])] = []
        for (index, (key, reply)) in zip(keys, replies).enumerated() where key.type == .hash {
            guard case .value(let value) = reply, case .fields(let fields)? = WholeValue.part(value, .hash)
            else { continue }
            hashes.append((index, key.key, fields.map(\.field)))
        }
        for (hash, found) in zip(hashes, try await lifetimes.read(hashes.map { ($0.key, $0.fields) })) {
            all[hash.index] = found
        }
        return all
    }

    private func summary(of key: Found, isInPieces: Bool) -> ValuePart.KeySummary {
        ValuePart.KeySummary(
            key: key.key,
            type: key.type,
            timeToLive: key.timeToLive,
            isInPieces: isInPieces
        )
    }
}
