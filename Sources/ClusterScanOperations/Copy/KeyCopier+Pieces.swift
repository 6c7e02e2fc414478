import ClusterScan

extension KeyCopier {
    // MARK: In one piece

    /// A value on its way, and when it expires.
    private typealias Piece = (item: Item, payload: [UInt8], lifetime: KeyLifetime)

    /// - Returns: What has to be copied element by element.
    func copyInOnePiece(
        _ items: [Item],
        _ tally: inout CopyTally
    ) async throws -> [Item] {
        var rest: [Item] = []
        var pieces: [Piece] = []
        for (item, moment) in zip(items, try await here.moments(of: items.map(\.key))) {
            switch DumpAnswer(try CommandAnswer(moment.value), atMost: maximumPieceBytes)
            {
            case .payload where moment.lifetime == .noKey: tally.noteVanished(item.index)
            case .payload(let payload): pieces.append((item, payload, moment.lifetime))
            case .tooLarge: rest.append(item)
            case .vanished: tally.noteVanished(item.index)
            case .failed(let error): tally.noteFailure(item.index, error)
            }
        }
        let restored = try await restore(pieces)
        var present: [Piece] = []
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

    private func restore(_ pieces: [Piece]) async throws -> [CommandAnswer] {
        let commands = pieces.map { item, payload, lifetime in
            KeyCommand.restore(
                payload,
                as: item.target,
                expiry: lifetime.moment,
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

    // MARK: What is there already

    /// Looks whether keys that exist at the destination are already what they should be.
    private func settle(_ pieces: [Piece], _ tally: inout CopyTally) async throws {
        guard !pieces.isEmpty else { return }
        let moments = try await there.moments(of: pieces.map(\.item.target))
        var open: [Item] = []
        var stale: [Piece] = []
        for (piece, moment) in zip(pieces, moments) {
            let value = try CommandAnswer(moment.value).value
            if ValueVerdict(dumps: .bulkString(piece.payload), value) != .alike {
                open.append(piece.item)
            } else if piece.lifetime.agrees(with: moment.lifetime) {
                tally.noteAlike(piece.item.index)
            } else {
                stale.append(piece)
            }
        }
        let groups = Dictionary(grouping: stale) { isCluster ? HashSlot(key: $0.item.target) : nil }.values
        for (group, isDone) in try await concurrently(Array(groups), bringExpiries) {
            for piece in group where isDone { tally.noteCopied(piece.item.index, bytes: 0) }
            if !isDone { open += group.map(\.item) }
        }
        try await compare(open, &tally)
    }

    /// Makes keys of the destination that have the same values, in one slot, expire when their originals do.
    ///
    /// - Returns: Whether that was done: if one of them changes meanwhile, nothing is.
    private func bringExpiries(_ pieces: [Piece]) async throws -> Bool {
        let targets = pieces.map(\.item.target)
        return try await destination.watching(targets, options: options.commands) { watch in
            for (piece, moment) in zip(pieces, try await there.moments(of: targets)) {
                let value = try CommandAnswer(moment.value).value
                guard ValueVerdict(dumps: .bulkString(piece.payload), value) == .alike else { return false }
            }
            return try await watch.run(pieces.map { $0.lifetime.command(for: $0.item.target) }) != nil
        }
    }

    private var comparison: ValueComparison {
        ValueComparison(
            source: source,
            destination: destination,
            maximumPieceBytes: maximumPieceBytes,
            maximumBytesInMemory: options.maximumBytesInMemory,
            options: options.commands
        )
    }

    private func compare(_ items: [Item], _ tally: inout CopyTally) async throws {
        guard !items.isEmpty else { return }
        let verdicts = try await comparison.compare(items.map { ($0.key, $0.target) })
        let mine = try await here.lifetimes(of: items.map(\.key))
        let theirs = try await there.lifetimes(of: items.map(\.target))
        var differing: [Item] = []
        for (index, verdict) in verdicts.enumerated() {
            if verdict == .alike, !mine[index].agrees(with: theirs[index]) {
                differing.append(items[index])
            } else {
                tally.note(verdict, items[index].index)
            }
        }
        for (item, verdict) in try await concurrently(differing, bringExpiry) {
            if let verdict { tally.note(verdict, item.index) } else { tally.noteCopied(item.index, bytes: 0) }
        }
    }

    /// Makes a key of the destination that has the same value expire when its original does.
    ///
    /// - Returns: `nil` if that was done; otherwise what was found instead.
    private func bringExpiry(_ item: Item) async throws -> ValueVerdict? {
        for _ in 0..<ElementCopy.attempts {
            // Both stand still while they are compared: an expiry must not get to a value that it does not
            // belong to.
            let verdict = try await source.watching([item.key], options: options.commands) { original in
                try await destination.watching([item.target], options: options.commands) {
                    copy -> ValueVerdict? in
                    let verdict = try await comparison.compare([(item.key, item.target)])[0]
                    let lifetime = try await here.lifetimes(of: [item.key])[0]
                    let isAlike = try await lifetime.agrees(with: there.lifetimes(of: [item.target])[0])
                    guard verdict == .alike, !isAlike else { return verdict }
                    guard try await original.isUnchanged() else { return .unknown(ElementCopy.unsteady) }
                    let change = lifetime.command(for: item.target)
                    return try await copy.run([change]) == nil ? .unknown(ElementCopy.unsteady) : nil
                }
            }
            if verdict != .unknown(ElementCopy.unsteady) { return verdict }
        }
        return .unknown(ElementCopy.unsteady)
    }

    // MARK: Element by element

    private static var concurrentKeys: Int { 8 }

    /// Does something that takes many round trips for several keys at once.
    private func concurrently<Input: Sendable, Outcome: Sendable>(
        _ inputs: [Input],
        _ work: @Sendable @escaping (Input) async throws -> Outcome
    ) async throws -> [(input: Input, outcome: Outcome)] {
        try await withThrowingTaskGroup(of: (input: Input, outcome: Outcome).self) { group in
            var outcomes: [(input: Input, outcome: Outcome)] = []
            for (index, input) in inputs.enumerated() {
                if index >= Self.concurrentKeys, let outcome = try await group.next() {
                    outcomes.append(outcome)
                }
                group.addTask { (input, try await work(input)) }
            }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    func copyByElements(_ items: [Item], _ tally: inout CopyTally) async throws {
        var present: [Item] = []
        let outcomes = try await concurrently(items) { item in
            try await ElementCopy(
                source: self.source,
                destination: self.destination,
                key: item.key,
                target: item.target,
                replacesExisting: self.options.replacesExisting,
                options: self.options.commands,
                reader: self.here
            ).run()
        }
        for (item, outcome) in outcomes {
            switch outcome {
            case .copied(let bytes): tally.noteCopied(item.index, bytes: bytes, byElements: true)
            case .vanished: tally.noteVanished(item.index)
            case .present: present.append(item)
            case .failed(let reason): tally.noteFailure(item.index, reason)
            }
        }
        try await compare(present, &tally)
    }
}
