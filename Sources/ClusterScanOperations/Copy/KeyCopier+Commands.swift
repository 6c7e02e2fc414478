import ClusterScan

/// Values with the commands of their types: small ones many at a time, large ones element by element.
extension KeyCopier {
    /// Larger values are read and written in pieces: a server does nothing else while it builds a collection.
    static var largestWhole: Int { 256 << 10 }

    /// Copies small values of the servers' own types.
    ///
    /// - Returns: What is to be copied in another way; in ``Rest/others`` values of other types.
    func copyWithCommands(_ items: [Item], _ tally: inout CopyTally) async throws -> Rest {
        var rest = Rest()
        let limit = min(Self.largestWhole, maximumPieceBytes)
        rest.large = items.filter { $0.size > limit }
        let small = items.filter { $0.size <= limit }
        // Replies and commands take some times what a compact encoding does.
        for group in KeySizes.runs(of: small.map(\.size), atMost: options.maximumBytesInMemory / 4) {
            try await copyWithCommands(Array(small[group]), &rest, &tally)
        }
        return rest
    }

    private func copyWithCommands(
        _ items: [Item],
        _ rest: inout Rest,
        _ tally: inout CopyTally
    ) async throws {
        let isThere = try await exist(items.map(\.target))
        var (missing, present): ([Piece], [Piece]) = ([], [])
        for ((item, reading), isThere) in zip(zip(items, try await plainHere.read(items.map(\.key))), isThere)
        {
            switch reading {
            case .value(let value, let lifetime):
                let piece = Piece(item: item, content: .value(value), lifetime: lifetime)
                if isThere { present.append(piece) } else { missing.append(piece) }
            case .noKey: tally.noteVanished(item.index)
            case .otherType: rest.others.append(item)
            // Piece by piece it is watched, and a server before Redis 6.0 can tell all of a stream.
            case .tooLarge, .refused: rest.large.append(item)
            }
        }
        let writing = missing.compactMap { piece -> PlainWriter.Item? in
            guard case .value(let value) = piece.content else { return nil }
            return PlainWriter.Item(target: piece.item.target, value: value, lifetime: piece.lifetime)
        }
        for (piece, outcome) in zip(missing, try await writer.write(writing)) {
            switch outcome {
            case .written(let bytes): tally.noteCopied(piece.item.index, bytes: bytes, byElements: true)
            case .present: present.append(piece)
            case .vanished: tally.noteVanished(piece.item.index)
            case .refused(let error): tally.noteFailure(piece.item.index, error)
            }
        }
        try await settle(present, &tally)
    }

    /// Whether names are taken that may not be written over.
    private func exist(_ targets: [[UInt8]]) async throws -> [Bool] {
        guard !options.replacesExisting else { return targets.map { _ in false } }
        return try await destination.answers(
            to: targets.map { KeyCommand("EXISTS", key: $0, isRepeatable: true) },
            options: options.commands
        ).map { $0.integer == 1 }
    }

    // MARK: Element by element

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

    private static var concurrentKeys: Int { 8 }

    /// Does something that takes many round trips for several keys at once.
    func concurrently<Input: Sendable, Outcome: Sendable>(
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
}
