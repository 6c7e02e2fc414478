public import ClusterScan
import Synchronization

/// Builds a lookup: for each hash that is found, an entry that leads from the value of a field to the key.
///
/// ```swift
/// guard let lookup = Lookup("lookup:username".utf8, layout: .hash) else { return }
/// let builder = LookupBuilder(lookup, of: Array("username".utf8), matching: "user:*", at: scanner)
/// let report = await builder.buildAll()
/// ```
///
/// Running it again gives the same lookup: of several keys with one value the one whose bytes come first is
/// named, and an entry whose key does not have the value any more is changed. Entries whose value is gone
/// altogether are removed by ``prune(writing:)``. One run for one lookup at a time: what two of them decide
/// at the same moment may leave another key of several than a single run would.
public final class LookupBuilder: Sendable {
    let scanner: ClusterScanner
    let lookup: Lookup
    let field: [UInt8]
    let options: CommandOptions
    private let pattern: GlobPattern
    private let policy: LookupConflictPolicy
    private let onConflict: (@Sendable (LookupConflict) -> Void)?
    private let state = Mutex(State())

    fileprivate struct State {
        var statistics = LookupStatistics()
        /// Which conflicts were reported, by their hash values: a key that is found twice is no second one.
        var reported: Set<Int> = []
        /// Without writing: which key each new entry would name, by the hash value of the entry's value.
        var planned: [Int: [UInt8]] = [:]
    }

    /// A bound for what is remembered of conflicts.
    private static let memory = 1_000_000

    /// Prepares to build.
    ///
    /// - Parameters:
    ///   - lookup: What to build.
    ///   - field: The field of the hashes, any bytes.
    ///   - pattern: Only keys that match this glob. Keys of the lookup itself are left out.
    ///   - scanner: Reads the keys and writes the lookup.
    ///   - policy: What several keys with one value mean. With ``LookupLayout/sets`` they are no conflict.
    ///   - options: Patience and bounds for the commands.
    ///   - onConflict: Gets every conflict, from the task that builds.
    public init(
        _ lookup: Lookup,
        of field: [UInt8],
        matching pattern: GlobPattern,
        at scanner: ClusterScanner,
        policy: LookupConflictPolicy = .report,
        options: CommandOptions = CommandOptions(),
        onConflict: (@Sendable (LookupConflict) -> Void)? = nil
    ) {
        self.lookup = lookup
        self.field = field
        self.pattern = pattern
        self.scanner = scanner
        self.policy = policy
        self.options = options
        self.onConflict = onConflict
    }

    /// What was met so far.
    public var statistics: LookupStatistics { state.withLock { $0.statistics } }

    /// Builds the lookup from all keys that an iteration finds.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: `ScanCursor.start` or the cursor of an earlier report.
    ///   - options: How to go about it. Chunks are worked on one after the other, whatever it says.
    ///   - writing: Whether to write; otherwise it is only found out what would be written.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: In ``WorkTally/done`` the keys that got an entry, in ``WorkTally/unchanged`` those that had
    ///   it, have no such field, or were left out for another key. ``statistics`` has more.
    public func buildAll(
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        writing: Bool = true,
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkReport {
        var options = options
        // Two chunks could each find a key with the same value, and the later one would win.
        options.maximumConcurrentChunks = 1
        return await scanner.work(
            from: cursor,
            match: pattern,
            options: options,
            onProgress: onProgress
        ) { chunk in
            try await self.build(chunk, writing: writing)
        }
    }

    private func build(_ chunk: WorkChunk, writing: Bool) async throws -> WorkTally {
        var claims = try await readClaims(chunk)
        if lookup.layout == .sets {
            try await collect(&claims, writing: writing)
        } else {
            try await settle(&claims, writing: writing)
        }
        state.withLock { $0.statistics += claims.statistics }
        return claims.tally
    }

    // MARK: What keys have

    private func readClaims(_ chunk: WorkChunk) async throws -> LookupClaims {
        var claims = LookupClaims(chunk)
        var (indices, names) = chunk.uniqueKeys { claims.leaveOut($0) }
        let own = indices.indices.filter { chunk.keys[indices[$0]].withUnsafeBytes(lookup.contains) }
        for place in own.reversed() {
            claims.noteOther(indices[place])
            indices.remove(at: place)
            names.remove(at: place)
        }
        let values = try await values(of: names)
        for (place, answer) in values.enumerated() {
            let index = indices[place]
            switch answer {
            case .value(let value):
                if let bytes = value.bytes {
                    claims.add(bytes, names[place], index)
                } else {
                    claims.noteWithoutField(index)
                }
            case .refused(let error) where error.code == "WRONGTYPE":
                claims.noteOther(index)
            case .refused(let error):
                claims.noteFailure(index, error)
            case .tooLarge, .outcomeUnknown:
                claims.noteFailure(index, ServerError(message: "UNREADABLE \(answer.trouble ?? "")"))
            }
        }
        return claims
    }

    /// Reads the field of keys.
    func values(of keys: [[UInt8]]) async throws -> [CommandAnswer] {
        try await scanner.answers(
            to: keys.map { KeyCommand("HGET", key: $0, [field], isRepeatable: true) },
            options: options
        )
    }

    // MARK: What the lookup has

    private func collect(_ claims: inout LookupClaims, writing: Bool) async throws {
        let all = claims.all
        let commands = all.map { claim in
            writing
                ? lookup.adding(claim.value, claim.key)
                : KeyCommand(
                    "SISMEMBER",
                    key: lookup.key(of: claim.value),
                    [claim.key],
                    isRepeatable: true
                )
        }
        for (claim, answer) in zip(all, try await entries(commands)) {
            if (answer.integer == 1) == writing {
                claims.noteAdded(claim)
            } else {
                claims.noteThere(claim)
            }
        }
    }

    /// A second look is needed where another client has made an entry in between.
    private static let looks = 5

    private func settle(_ claims: inout LookupClaims, writing: Bool) async throws {
        var open = claims.values
        for _ in 0..<Self.looks where !open.isEmpty {
            open = try await settle(open, of: &claims, writing: writing)
        }
        for value in open {
            for claim in claims.claims(on: value) {
                claims.noteFailure(
                    claim.index,
                    ServerError(message: "CHANGING somebody else keeps changing the entry")
                )
            }
        }
    }

    /// - Returns: Values whose entries have changed meanwhile.
    private func settle(
        _ values: [[UInt8]],
        of claims: inout LookupClaims,
        writing: Bool
    ) async throws -> [[UInt8]] {
        let present = try await entries(values.map(lookup.reading)).map(\.bytes)
        let isTrue = try await areTrue(values, present, claims)
        var changes: [(value: [UInt8], decision: LookupDecision)] = []
        for (place, value) in values.enumerated() {
            let planned = writing ? nil : planned(value)
            guard
                let decision = LookupDecision(
                    claimants: claims.claims(on: value).map(\.key) + (planned.map { [$0] } ?? []),
                    entry: present[place],
                    entryIsTrue: isTrue[place]
                )
            else { continue }
            try note(decision, on: value)
            if writing, decision.step != .keep {
                changes.append((value, decision))
            } else {
                if decision.step != .keep { plan(value, decision.winner) }
                claims.noteSettled(value, decision, isKnown: planned != nil)
            }
        }
        return try await apply(changes, &claims)
    }

    /// Makes changes.
    ///
    /// - Returns: Values whose entries have come into being meanwhile.
    private func apply(
        _ changes: [(value: [UInt8], decision: LookupDecision)],
        _ claims: inout LookupClaims
    ) async throws -> [[UInt8]] {
        let answers = try await entries(
            changes.map { value, decision in
                decision.step == .add
                    ? lookup.adding(value, decision.winner) : lookup.replacing(value, decision.winner)
            }
        )
        var again: [[UInt8]] = []
        for ((value, decision), answer) in zip(changes, answers) {
            if decision.step == .add, answer.integer == 0 {
                again.append(value)
            } else {
                claims.noteSettled(value, decision, isKnown: false)
            }
        }
        return again
    }

    /// Whether entries name keys that have their values: those of the chunk were just read, others are asked.
    private func areTrue(
        _ values: [[UInt8]],
        _ present: [[UInt8]?],
        _ claims: LookupClaims
    ) async throws -> [Bool] {
        var isTrue = [Bool](repeating: true, count: values.count)
        let others = values.indices.filter { place in
            present[place].map { key in !claims.claims(on: values[place]).contains { $0.key == key } }
                ?? false
        }
        let answers = try await self.values(of: others.map { present[$0] ?? [] })
        for (place, answer) in zip(others, answers) { isTrue[place] = answer.bytes == values[place] }
        return isTrue
    }

    /// Sends commands on entries. None of them may be refused: then something else lies where the lookup
    /// should.
    private func entries(_ commands: [KeyCommand]) async throws -> [CommandAnswer] {
        let answers = try await scanner.answers(to: commands, options: options)
        for answer in answers {
            guard let trouble = answer.trouble else { continue }
            throw ClusterScanError(
                answer.refusal?.code == "WRONGTYPE" ? .invalidQuery : .protocolViolation,
                "the lookup \(PrintableBytes.text(lookup.name)) cannot be used as a lookup in the layout "
                    + "'\(lookup.layout.rawValue)': \(trouble)"
            )
        }
        return answers
    }

    // MARK: What is remembered

    private func note(_ decision: LookupDecision, on value: [UInt8]) throws {
        let conflicts = decision.others.map {
            LookupConflict(value: value, kept: decision.winner, other: $0)
        }
        for conflict in conflicts where state.withLock({ $0.isNew(conflict, atMost: Self.memory) }) {
            onConflict?(conflict)
        }
        guard policy == .fail, let first = conflicts.first else { return }
        let names = [first.value, first.kept, first.other].map { PrintableBytes.text($0) }
        throw ClusterScanError(
            .conflict,
            "two keys have the value '\(names[0])': '\(names[1])' and '\(names[2])'"
        )
    }

    private func planned(_ value: [UInt8]) -> [UInt8]? { state.withLock { $0.planned[value.hashValue] } }

    private func plan(_ value: [UInt8], _ key: [UInt8]) {
        state.withLock { state in
            if state.planned[value.hashValue] != nil || state.planned.count < Self.memory {
                state.planned[value.hashValue] = key
            } else {
                state.statistics.mayHaveMissedConflicts = true
            }
        }
    }
}

extension LookupBuilder.State {
    /// Counts a conflict, unless it was counted before.
    fileprivate mutating func isNew(_ conflict: LookupConflict, atMost limit: Int) -> Bool {
        // Of a pair the smaller key is kept whenever both are seen, so a pair has one form only; with three
        // keys the kept one may change, so that each other key counts once.
        var hasher = Hasher()
        hasher.combine(conflict.value)
        hasher.combine(conflict.other)
        let fingerprint = hasher.finalize()
        guard !reported.contains(fingerprint) else { return false }
        if reported.count < limit { reported.insert(fingerprint) }
        statistics.conflicts += 1
        if statistics.conflictSamples.count < LookupStatistics.sampleLimit {
            statistics.conflictSamples.append(conflict)
        }
        return true
    }
}
