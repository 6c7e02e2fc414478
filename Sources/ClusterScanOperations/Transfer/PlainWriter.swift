import ClusterScan
import Synchronization

/// Writes whole values with the commands of their types, many keys at a time: under a temporary name in the
/// slot of the key, which is renamed when all is there, so that no client ever sees half a value.
///
/// All that makes up a key goes in one transaction, the renaming included. Only where a server may fail to
/// run a command although it knows it, the renaming follows in a second one.
final class PlainWriter: Sendable {
    /// A value on its way.
    struct Item: Sendable {
        let target: [UInt8]
        let value: PlainValue
        let lifetime: KeyLifetime
    }

    enum Outcome: Sendable {
        /// With about how many bytes were sent.
        case written(bytes: Int)
        /// The name is taken, perhaps by the value that was to be written.
        case present
        /// Its expiry has passed meanwhile.
        case vanished
        case refused(ServerError)
    }

    private typealias Words = [[UInt8]]

    private let scanner: ClusterScanner
    private let replacesExisting: Bool
    private let options: CommandOptions
    /// Whether the servers were found to be older than Redis 7.0.
    private let isOlder = Atomic(false)

    init(_ scanner: ClusterScanner, replacing replacesExisting: Bool, options: CommandOptions) {
        self.scanner = scanner
        self.replacesExisting = replacesExisting
        self.options = options
    }

    /// Writes values, in their order.
    ///
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit a command.
    func write(_ items: [Item]) async throws -> [Outcome] {
        let names = items.map { TemporaryKey.name(besides: $0.target) }
        var outcomes = [Outcome](repeating: .vanished, count: items.count)
        var fragile = items.indices.filter { items[$0].value.isFragile }
        let sound = items.indices.filter { !items[$0].value.isFragile }

        let whole = try await run(
            sound.map { place in
                let value = items[place].value.commands(writing: names[place])
                return (items[place].target, value + ending(of: items[place], names[place]))
            }
        )
        for (place, answer) in zip(sound, whole) { outcomes[place] = outcome(of: answer, items[place]) }

        // Twice where the first attempt finds out that the server is older.
        for _ in 0..<2 where !fragile.isEmpty {
            let countsEntries = !isOlder.load(ordering: .relaxed)
            let begun = try await run(
                fragile.map { place in
                    let name = names[place]
                    let value = items[place].value.commands(writing: name, countsEntries: countsEntries)
                    return (items[place].target, [Self.removal(of: name)] + value + [Self.lifeline(of: name)])
                }
            )
            var (complete, again): ([Int], [Int]) = ([], [])
            for (place, answer) in zip(fragile, begun) {
                let commands = items[place].value.commands(
                    writing: names[place],
                    countsEntries: countsEntries
                )
                switch Self.refusal(answer, commands) {
                case nil: complete.append(place)
                case let error? where countsEntries && StreamWriting.isTooNew(error): again.append(place)
                case let error?: outcomes[place] = .refused(PlainValue.obstacle(error))
                }
            }
            if !again.isEmpty { isOlder.store(true, ordering: .relaxed) }
            let ended = try await run(
                complete.map { place in
                    (items[place].target, ending(of: items[place], names[place], isKept: true))
                }
            )
            for (place, answer) in zip(complete, ended) {
                outcomes[place] = outcome(of: answer, items[place])
            }
            try await remove(fragile.filter { !complete.contains($0) }.map { names[$0] })
            fragile = again
        }
        return outcomes
    }

    // MARK: Commands

    /// What comes before a value that is not renamed at once: the transaction may be run twice.
    private static func removal(of name: [UInt8]) -> Words { .text("UNLINK") + [name] }

    /// A temporary key that is left behind by a process that was killed goes away by itself.
    static func lifeline(of name: [UInt8]) -> [[UInt8]] { .text("PEXPIRE") + [name] + .text("3600000") }

    private func ending(of item: Item, _ name: [UInt8], isKept: Bool = false) -> [Words] {
        var commands: [Words] = []
        if item.lifetime.moment != nil || isKept { commands.append(item.lifetime.command(for: name)) }
        commands.append(.text(replacesExisting ? "RENAME" : "RENAMENX") + [name, item.target])
        commands.append(Self.removal(of: name))
        return commands
    }

    private func run(_ transactions: [(target: [UInt8], commands: [Words])]) async throws -> [CommandAnswer] {
        // One that is run twice finds its own copy there, which is compared.
        try await scanner.answers(
            to: transactions.map { KeyCommand(atOneMoment: $0.commands, of: $0.target) },
            options: options
        )
    }

    private func remove(_ names: [[UInt8]]) async throws {
        _ = try await scanner.answers(
            to: names.map { KeyCommand("UNLINK", key: $0, isRepeatable: true) },
            options: options
        )
    }

    // MARK: Replies

    /// Why a value was not written, if it was not.
    private static func refusal(
        _ answer: CommandAnswer,
        _ commands: [Words]
    ) -> ServerError? {
        guard let replies = answer.value?.array, replies.count == commands.count + 2 else {
            return answer.failure
        }
        for (command, reply) in zip(commands, replies.dropFirst()) {
            if case .error(let error) = reply, !StreamWriting.isOptional(command) { return error }
        }
        return nil
    }

    private func outcome(of answer: CommandAnswer, _ item: Item) -> Outcome {
        guard let replies = answer.value?.array, replies.count >= 2 else { return .refused(answer.failure) }
        switch replies[replies.count - 2] {
        case .error(let error) where error.message.contains("no such key"):
            if let moment = item.lifetime.moment, moment <= SystemTime.millisecondsSince1970 + 1000 {
                return .vanished
            }
            // It was renamed by a transaction whose reply was lost.
            return .present
        case .error(let error): return .refused(error)
        case .integer(0): return .present
        default: return .written(bytes: item.value.byteCount)
        }
    }
}

extension PlainValue {
    /// About how many bytes the value has, names of fields and members included.
    var byteCount: Int {
        switch self {
        case .string(let bytes): bytes.count
        case .list(let elements), .set(let elements): elements.reduce(0) { $0 + $1.count }
        case .hash(let fields): fields.reduce(0) { $0 + $1.name.count + $1.value.count }
        case .sortedSet(let members): members.reduce(0) { $0 + $1.member.count + 8 }
        case .stream(let state):
            state.entries.reduce(0) { $0 + 16 + $1.fields.reduce(0) { $0 + $1.count } }
        }
    }
}
