import ClusterScan

/// What the destination has already.
extension KeyCopier {
    /// A value on its way, and when it expires: both of one moment.
    struct Piece: Sendable {
        enum Content: Sendable {
            case dump([UInt8])
            case value(PlainValue)
        }

        let item: Item
        let content: Content
        let lifetime: KeyLifetime

        var payload: [UInt8] { if case .dump(let payload) = content { payload } else { [] } }
        var byteCount: Int { payload.count }
    }

    /// How the destination's key compares with a piece.
    private struct Finding {
        /// `nil` where that is not known yet: equal values can have different dumps.
        var verdict: ValueVerdict?
        var lifetime = KeyLifetime.noKey
    }

    /// Looks whether keys that exist at the destination are already what they should be.
    func settle(_ pieces: [Piece], _ tally: inout CopyTally) async throws {
        guard !pieces.isEmpty else { return }
        var open: [Item] = []
        var stale: [Piece] = []
        for (piece, finding) in zip(pieces, try await findings(of: pieces)) {
            switch finding.verdict {
            case nil: open.append(piece.item)
            case .alike? where !piece.lifetime.agrees(with: finding.lifetime): stale.append(piece)
            case let verdict?: tally.note(verdict, piece.item.index)
            }
        }
        let groups = Dictionary(grouping: stale) { isCluster ? HashSlot(key: $0.item.target) : nil }.values
        for (group, isDone) in try await concurrently(Array(groups), bringExpiries) {
            for piece in group where isDone { tally.noteCopied(piece.item.index, bytes: 0) }
            if !isDone { open += group.map(\.item) }
        }
        try await compare(open, &tally)
    }

    private func findings(of pieces: [Piece]) async throws -> [Finding] {
        let dumps = pieces.indices.filter { !pieces[$0].payload.isEmpty }
        var findings = [Finding](repeating: Finding(), count: pieces.count)
        let moments = try await there.moments(of: dumps.map { pieces[$0].item.target })
        for (place, moment) in zip(dumps, moments) {
            let value = try CommandAnswer(moment.value, toleratingNoPermission: true)
                .value
            let verdict = ValueVerdict(dumps: .bulkString(pieces[place].payload), value)
            findings[place] = Finding(verdict: verdict, lifetime: moment.lifetime)
        }
        let plain = pieces.indices.filter { pieces[$0].payload.isEmpty }
        let readings = try await plainThere.read(plain.map { pieces[$0].item.target })
        for (place, reading) in zip(plain, readings) {
            guard case .value(let value) = pieces[place].content else { continue }
            findings[place].verdict = ValueVerdict(.value(value, pieces[place].lifetime), reading)
            if case .value(_, let theirs) = reading { findings[place].lifetime = theirs }
        }
        return findings
    }

    /// Makes keys of the destination that have the same values, in one slot, expire when their originals do.
    ///
    /// - Returns: Whether that was done: if one of them changes meanwhile, nothing is.
    private func bringExpiries(_ pieces: [Piece]) async throws -> Bool {
        try await destination.watching(pieces.map(\.item.target), options: options.commands) { watch in
            guard try await findings(of: pieces).allSatisfy({ $0.verdict == .alike }) else { return false }
            return try await watch.run(pieces.map { $0.lifetime.command(for: $0.item.target) }) != nil
        }
    }

    private var comparison: ValueComparison {
        ValueComparison(
            source: (source, here, plainHere),
            destination: (destination, there, plainThere),
            maximumPieceBytes: maximumPieceBytes,
            maximumBytesInMemory: options.maximumBytesInMemory,
            options: options.commands
        )
    }

    func compare(_ items: [Item], _ tally: inout CopyTally) async throws {
        guard !items.isEmpty else { return }
        var differing: [Item] = []
        for (item, found) in zip(items, try await comparison.compare(items.map { ($0.key, $0.target) })) {
            if found.verdict == .alike, !found.here.agrees(with: found.there) {
                differing.append(item)
            } else {
                tally.note(found.verdict, item.index)
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
                    let found = try await comparison.compare([(item.key, item.target)])[0]
                    guard found.verdict == .alike, !found.here.agrees(with: found.there) else {
                        return found.verdict
                    }
                    guard try await original.isUnchanged() else { return .unknown(ElementCopy.unsteady) }
                    let change = found.here.command(for: item.target)
                    return try await copy.run([change]) == nil ? .unknown(ElementCopy.unsteady) : nil
                }
            }
            if verdict != .unknown(ElementCopy.unsteady) { return verdict }
        }
        return .unknown(ElementCopy.unsteady)
    }
}
