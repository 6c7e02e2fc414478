import ClusterScan

/// Values as servers serialise them (`DUMP`, `RESTORE`).
extension KeyCopier {
    /// What is to be copied in another way: too large for one piece, or nothing that the servers let pass.
    struct Rest {
        var large: [Item] = []
        var others: [Item] = []
    }

    /// Copies values in one piece, as long as the servers let it; with `isOnlyWay`, values for which there
    /// are no commands.
    func copyAsDumps(_ items: [Item], isOnlyWay: Bool = false, _ tally: inout CopyTally) async throws -> Rest
    {
        var rest = Rest()
        for group in KeySizes.runs(of: items.map(\.size), atMost: options.maximumBytesInMemory) {
            // The first refusal says enough.
            if isOnlyWay ? route.obstacle == nil : route.isDumps {
                try await copyAsDumps(items[group], &rest, &tally)
            } else {
                rest.others += items[group]
            }
        }
        return rest
    }

    private func copyAsDumps(
        _ items: ArraySlice<Item>,
        _ rest: inout Rest,
        _ tally: inout CopyTally
    ) async throws {
        var pieces: [Piece] = []
        for (item, moment) in zip(items, try await here.moments(of: items.map(\.key))) {
            switch try CommandAnswer(moment.value, toleratingNoPermission: true) {
            case .value(.bulkString(let payload)) where payload.count > maximumPieceBytes:
                rest.large.append(item)
            case .value(.bulkString) where moment.lifetime == .noKey: tally.noteVanished(item.index)
            case .value(.bulkString(let payload)):
                pieces.append(Piece(item: item, content: .dump(payload), lifetime: moment.lifetime))
            case .value(.null): tally.noteVanished(item.index)
            case .tooLarge: rest.large.append(item)
            case .refused(let error) where error.forbids("DUMP"):
                learn(.commandsOnly(reason: "the source refuses DUMP (\(error.withoutArguments))"))
                rest.others.append(item)
            case let answer: tally.noteFailure(item.index, try answer.failureOfKey())
            }
        }
        var present: [Piece] = []
        for (piece, answer) in zip(pieces, try await restore(pieces)) {
            switch answer {
            case .value: tally.noteCopied(piece.item.index, bytes: piece.byteCount)
            case .refused(let error) where error.code == "BUSYKEY": present.append(piece)
            case .refused(let error) where error.forbids("RESTORE"):
                learn(.commandsOnly(reason: "the destination refuses RESTORE (\(error.withoutArguments))"))
                rest.others.append(piece.item)
            case .refused(let error) where error.refusesDump:
                if error.refusesDumpVersion { learn(.commands) }
                rest.others.append(piece.item)
            case .outcomeUnknown: rest.large.append(piece.item)
            default: tally.noteFailure(piece.item.index, try answer.failureOfKey())
            }
        }
        try await settle(present, &tally)
    }

    private func restore(_ pieces: [Piece]) async throws -> [CommandAnswer] {
        let commands = pieces.map { piece in
            KeyCommand.restore(
                piece.payload,
                as: piece.item.target,
                expiry: piece.lifetime.moment,
                replacing: options.replacesExisting
            )
        }
        var answers = try await answers(to: commands)
        // Once more: if the first attempt was run, the key is found to be there and alike. One by one: a
        // value at which the destination breaks the connection off does not cost its neighbours theirs.
        for index in answers.indices {
            guard case .outcomeUnknown = answers[index] else { continue }
            answers[index] = try await self.answers(to: [commands[index]])[0]
        }
        return answers
    }

    private func answers(to commands: [KeyCommand]) async throws -> [CommandAnswer] {
        try await destination.answers(
            to: commands,
            options: options.commands,
            toleratingNoPermission: true
        )
    }
}

extension CommandAnswer {
    /// Why a key is not copied.
    ///
    /// - Throws: `ClusterScanError` if the user may not run the command, for whatever key.
    fileprivate func failureOfKey() throws(ClusterScanError) -> ServerError {
        if let refusal, refusal.lacksRights { throw ClusterScanError(refusal: refusal) }
        return failure
    }
}
