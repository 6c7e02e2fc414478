import ClusterScan

extension KeyCopier {
    // MARK: In one piece

    /// - Returns: What has to be copied element by element.
    func copyInOnePiece(
        _ items: [Item],
        _ tally: inout CopyTally
    ) async throws -> [Item] {
        let dumps = try await source.answers(
            to: items.map { KeyCommand("DUMP", key: $0.key, isRepeatable: true) },
            options: options.commands
        )
        var rest: [Item] = []
        var pieces: [(item: Item, payload: [UInt8])] = []
        for (item, dump) in zip(items, dumps) {
            switch DumpAnswer(dump, atMost: maximumPieceBytes) {
            case .payload(let payload): pieces.append((item, payload))
            case .tooLarge: rest.append(item)
            case .vanished: tally.noteVanished(item.index)
            case .failed(let error): tally.noteFailure(item.index, error)
            }
        }
        let restored = try await restore(pieces)
        var present: [(item: Item, payload: [UInt8])] = []
        for (piece, answer) in zip(pieces, restored) {
            switch RestoreAnswer(answer) {
            case .copied: tally.noteCopied(piece.item.index, bytes: piece.payload.count)
            case .present: present.append(piece)
            case .notUnderstood: rest.append(piece.item)
            case .failed(let error): tally.noteFailure(piece.item.index, error)
            }
        }
        try await settle(present, &tally)
        return rest
    }

    private func restore(_ pieces: [(item: Item, payload: [UInt8])]) async throws -> [CommandAnswer] {
        let commands = pieces.map { item, payload in
            KeyCommand.restore(
                payload,
                as: item.target,
                expiry: item.expiry.moment,
                replacing: options.replacesExisting
            )
        }
        var answers = try await destination.answers(to: commands, options: options.commands)
        // Once more: if the first attempt was run, the key is found to be there and alike.
        let unknown = answers.indices.filter { if case .outcomeUnknown = answers[$0] { true } else { false } }
        let again = try await destination.answers(
            to: unknown.map { commands[$0] },
            options: options.commands
        )
        for (index, answer) in zip(unknown, again) { answers[index] = answer }
        return answers
    }

    /// Looks whether keys that exist at the destination have the value already that they should get.
    private func settle(
        _ pieces: [(item: Item, payload: [UInt8])],
        _ tally: inout CopyTally
    ) async throws {
        guard !pieces.isEmpty else { return }
        let dumps = try await destination.answers(
            to: pieces.map { KeyCommand("DUMP", key: $0.item.target, isRepeatable: true) },
            options: options.commands
        )
        var open: [Item] = []
        for (piece, dump) in zip(pieces, dumps) {
            if ValueVerdict(dumps: .bulkString(piece.payload), dump.value) == .alike {
                tally.noteAlike(piece.item.index)
            } else {
                open.append(piece.item)
            }
        }
        try await compare(open, &tally)
    }

    private func compare(_ items: [Item], _ tally: inout CopyTally) async throws {
        let comparison = ValueComparison(
            source: source,
            destination: destination,
            maximumPieceBytes: maximumPieceBytes,
            maximumBytesInMemory: options.maximumBytesInMemory,
            options: options.commands
        )
        let verdicts = try await comparison.compare(items.map { ($0.key, $0.target) })
        for (item, verdict) in zip(items, verdicts) {
            switch verdict {
            case .alike: tally.noteAlike(item.index)
            case .missingAtSource: tally.noteVanished(item.index)
            case .missingAtDestination: tally.noteFailure(item.index, "the destination lost it meanwhile")
            case .different: tally.noteKept(item.index)
            case .unknown(let reason): tally.noteFailure(item.index, reason)
            }
        }
    }

    // MARK: Element by element

    /// Several at once: each takes many round trips.
    private static var concurrentElementCopies: Int { 8 }

    func copyByElements(_ items: [Item], _ tally: inout CopyTally) async throws {
        guard !items.isEmpty else { return }
        let (source, destination, options) = (source, destination, options)
        let outcomes = try await withThrowingTaskGroup(of: (Int, ElementCopy.Outcome).self) { group in
            var outcomes: [(Int, ElementCopy.Outcome)] = []
            for (index, item) in items.enumerated() {
                if index >= Self.concurrentElementCopies, let outcome = try await group.next() {
                    outcomes.append(outcome)
                }
                let copy = ElementCopy(
                    source: source,
                    destination: destination,
                    key: item.key,
                    target: item.target,
                    expiry: item.expiry,
                    replacesExisting: options.replacesExisting,
                    options: options.commands
                )
                group.addTask { (index, try await copy.run()) }
            }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        var present: [Item] = []
        for (index, outcome) in outcomes {
            switch outcome {
            case .copied(let bytes):
                tally.noteCopied(items[index].index, bytes: bytes, byElements: true)
            case .vanished: tally.noteVanished(items[index].index)
            case .present: present.append(items[index])
            case .failed(let reason): tally.noteFailure(items[index].index, reason)
            }
        }
        try await compare(present, &tally)
    }
}
