import ClusterScan

/// Tells whether keys have the same values on two sides, whatever versions and encodings those use.
struct ValueComparison: Sendable {
    /// The name of a key on either side.
    typealias Pair = (key: [UInt8], target: [UInt8])

    /// How a key is asked for on one side: for anything, for its expiry, for its value.
    typealias Side = (scanner: ClusterScanner, moments: MomentReader, reader: PlainReader)

    /// What was found of a pair.
    struct Finding: Sendable {
        let verdict: ValueVerdict
        /// When it expires at the source, and at the destination.
        let here: KeyLifetime
        let there: KeyLifetime
    }

    let source: Side
    let destination: Side
    /// Larger values are compared piece by piece.
    let maximumPieceBytes: Int
    let maximumBytesInMemory: Int
    let options: CommandOptions

    /// Compares values, and asks when they expire, in the order of the pairs.
    func compare(_ pairs: [Pair]) async throws -> [Finding] {
        guard !pairs.isEmpty else { return [] }
        let here = try await KeySizes.read(of: pairs.map(\.key), at: source.scanner, options: options)
        let there = try await KeySizes.read(
            of: pairs.map(\.target),
            at: destination.scanner,
            options: options
        )
        let sizes = zip(here, there).map { max($0, $1) }
        var verdicts = [ValueVerdict](repeating: .unknown("it was not compared"), count: pairs.count)
        for index in pairs.indices where sizes[index] > maximumPieceBytes {
            verdicts[index] = try await compareInPieces(of: pairs[index])
        }
        let small = pairs.indices.filter { sizes[$0] <= maximumPieceBytes }
        for group in KeySizes.runs(of: small.map { sizes[$0] }, atMost: maximumBytesInMemory / 4) {
            let indices = group.map { small[$0] }
            for (index, verdict) in zip(indices, try await compareSmall(indices.map { pairs[$0] })) {
                verdicts[index] = verdict
            }
        }
        async let mine = source.moments.lifetimes(of: pairs.map(\.key))
        async let theirs = destination.moments.lifetimes(of: pairs.map(\.target))
        return zip(verdicts, zip(try await mine, try await theirs)).map { verdict, lifetimes in
            Finding(verdict: verdict, here: lifetimes.0, there: lifetimes.1)
        }
    }

    // MARK: Whole values

    /// By their dumps, if those are the same; otherwise by what they hold.
    private func compareSmall(_ pairs: [Pair]) async throws -> [ValueVerdict] {
        let (here, there) = try await both(pairs, toleratingNoPermission: true) {
            KeyCommand("DUMP", key: $1, isRepeatable: true)
        }
        var verdicts = zip(here, there).map { ValueVerdict(dumps: $0.value, $1.value) }
        let open = verdicts.indices.filter { verdicts[$0] == nil }
        async let mine = source.reader.read(open.map { pairs[$0].key })
        async let theirs = destination.reader.read(open.map { pairs[$0].target })
        for (index, (one, other)) in zip(open, zip(try await mine, try await theirs)) {
            var verdict = ValueVerdict(one, other)
            switch (one, other) {
            case (.tooLarge, _), (_, .tooLarge): verdict = try await compareInPieces(of: pairs[index])
            case (.otherType(.vectorSet), .otherType(.vectorSet)):
                verdict = try await compareVectors(of: pairs[index])
            default: break
            }
            let trouble = here[index].trouble ?? there[index].trouble
            verdicts[index] =
                verdict ?? trouble.map { .unknown($0) } ?? .different("its serialised values differ")
        }
        return verdicts.map { $0 ?? .unknown("it was not compared") }
    }

    /// Fields of a hash can expire one by one, from Redis 7.4 and Valkey 9.0 on.
    func compareExpiries(of fields: [[UInt8]], in pair: Pair) async throws -> ValueVerdict {
        guard !fields.isEmpty else { return .alike }
        let arguments = .text("FIELDS", "\(fields.count)") + fields
        let (here, there) = try await both([pair]) { _, key in
            KeyCommand("HPEXPIRETIME", key: key, arguments, isRepeatable: true)
        }
        for refusal in [here[0], there[0]].compactMap(\.refusal) where !refusal.isUnknownCommand {
            return .unknown(refusal.message)
        }
        return ValueVerdict(fieldExpiries: here[0].value, there[0].value)
    }

    static func type(_ answer: CommandAnswer) -> KeyType {
        KeyType(rawValue: answer.value?.string ?? "none")
    }

    // MARK: Both sides

    /// Sends the same to both sides, at the same time.
    func both(
        _ pairs: [Pair],
        _ words: String
    ) async throws -> (here: [CommandAnswer], there: [CommandAnswer]) {
        try await both(pairs) { KeyCommand(reading: words, key: $1) }
    }

    func both(
        _ pairs: [Pair],
        toleratingNoPermission: Bool = false,
        _ command: (Int, [UInt8]) -> KeyCommand
    ) async throws -> (here: [CommandAnswer], there: [CommandAnswer]) {
        func commands(_ key: (Pair) -> [UInt8]) -> [KeyCommand] {
            pairs.enumerated().map { command($0, key($1)) }
        }
        let (mine, theirs) = (commands(\.key), commands(\.target))
        let (source, destination, options) = (source.scanner, destination.scanner, options)
        async let here = source.answers(
            to: mine,
            options: options,
            toleratingNoPermission: toleratingNoPermission
        )
        async let there = destination.answers(
            to: theirs,
            options: options,
            toleratingNoPermission: toleratingNoPermission
        )
        return try await (here, there)
    }
}
