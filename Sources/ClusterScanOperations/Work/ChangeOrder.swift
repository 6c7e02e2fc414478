import ClusterScan
import Synchronization

/// Carries out one change on chunk after chunk.
final class ChangeOrder: Sendable {
    private let change: KeyChange
    private let pattern: GlobPattern?
    private let scanner: ClusterScanner
    private let options: CommandOptions
    /// Whether a server has said that it does not know the newer command.
    private let isOlder = Atomic<Bool>(false)

    init(
        _ change: KeyChange,
        _ pattern: GlobPattern?,
        scanner: ClusterScanner,
        options: CommandOptions
    ) {
        self.change = change
        self.pattern = pattern
        self.scanner = scanner
        self.options = options
    }

    func perform(_ chunk: WorkChunk) async throws -> WorkTally {
        var tally = WorkTally()
        let keys = chunk.keys.filter { key in
            let isMeant = key.withUnsafeBytes { pattern?.matches($0) ?? true }
            // Whatever made it come, it is not what the user has named.
            if !isMeant { tally.add(.unchanged, for: key) }
            return isMeant
        }
        var rest = keys
        if !isOlder.load(ordering: .relaxed) {
            rest = []
            for (key, reply) in zip(keys, try await send(keys, change.commandName)) {
                if case .error(let error) = reply, change.olderCommandName != nil, error.isUnknownCommand {
                    rest.append(key)
                } else {
                    tally.add(WorkOutcome(reply, change.judge), for: key)
                }
            }
            if !rest.isEmpty { isOlder.store(true, ordering: .relaxed) }
        }
        for (key, reply) in zip(rest, try await send(rest, change.olderCommandName ?? change.commandName)) {
            tally.add(WorkOutcome(reply, change.judge), for: key)
        }
        return tally
    }

    private func send(_ keys: [KeyBatch.Key], _ name: String) async throws -> [KeyReply] {
        let commands = keys.map { key in key.withUnsafeBytes { change.command(for: $0, name: name) } }
        return try await scanner.send(commands, options: options)
    }
}
