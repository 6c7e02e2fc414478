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
    /// Of larger values the length and some elements are compared.
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
            verdicts[index] = try await compareSome(of: pairs[index])
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
            if verdict == nil, case .otherType(.vectorSet) = one {
                verdict = try await compareVectors(of: pairs[index])
            }
            let trouble = here[index].trouble ?? there[index].trouble
            verdicts[index] =
                verdict ?? trouble.map { .unknown($0) } ?? .different("its serialised values differ")
        }
        return verdicts.map { $0 ?? .unknown("it was not compared") }
    }

    /// Fields of a hash can expire one by one, from Redis 7.4 and Valkey 9.0 on.
    private func compareExpiries(of fields: [[UInt8]], in pair: Pair) async throws -> ValueVerdict {
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

    private static func type(_ answer: CommandAnswer) -> KeyType {
        KeyType(rawValue: answer.value?.string ?? "none")
    }

    // MARK: Some of a large value

    private func compareSome(of pair: Pair) async throws -> ValueVerdict {
        let (here, there) = try await both([pair], "TYPE")
        let type = Self.type(here[0])
        if let verdict = ValueVerdict(types: type, Self.type(there[0])) { return verdict }
        guard let command = type.lengthCommand else {
            return .unknown("values of type \(type) are too large to be compared")
        }
        let lengths = try await both([pair], command)
        guard let length = lengths.here.first?.integer, let copied = lengths.there.first?.integer else {
            return .unknown("\(command) gives no length")
        }
        guard length == copied else { return .different("its length is \(length) here, \(copied) there") }
        if type == .vectorSet { return try await compareVectors(of: pair, atMost: Self.sampleCount) }
        return try await compareElements(of: pair, type, length)
    }

    /// How many elements of a large value are compared, in each of the places that are looked at.
    private static let sampleCount = 100

    private func compareElements(
        of pair: Pair,
        _ type: KeyType,
        _ length: Int64
    ) async throws -> ValueVerdict {
        let commands: [String]
        switch type {
        case .string, .list:
            let name = type == .string ? "GETRANGE" : "LRANGE"
            let width = Int64(type == .string ? 4096 : Self.sampleCount)
            commands = [0, length / 2, max(0, length - width)].map { "\(name) \($0) \($0 + width - 1)" }
        case .stream:
            commands = [
                "XRANGE - + COUNT \(Self.sampleCount)", "XREVRANGE + - COUNT \(Self.sampleCount)",
            ]
        default:
            return try await compareMembers(of: pair, type)
        }
        for command in commands {
            let (here, there) = try await both([pair], command)
            guard here.first?.value == there.first?.value else { return .different("its elements differ") }
        }
        return type == .stream ? try await compareGroups(of: pair) : .alike
    }

    /// Of a large stream: how far its groups have got, and the first entries of each that are pending.
    private func compareGroups(of pair: Pair) async throws -> ValueVerdict {
        let streams = try await both([pair]) { KeyCommand("XINFO STREAM", key: $1, isRepeatable: true) }
        let replies = try await both([pair]) { KeyCommand("XINFO GROUPS", key: $1, isRepeatable: true) }
        func state(_ stream: CommandAnswer, _ groups: CommandAnswer) -> [String: RESPValue?] {
            (groups.value?.array ?? []).reduce(into: ["": stream.value?.fields["last-generated-id"]]) {
                $0["group " + ($1.fields["name"]?.string ?? "")] = $1.fields["last-delivered-id"]
            }
        }
        guard state(streams.here[0], replies.here[0]) == state(streams.there[0], replies.there[0]) else {
            return .different("its last id, or its groups, differ")
        }
        for name in (replies.here[0].value?.array ?? []).compactMap({ $0.fields["name"]?.bytes }) {
            let arguments = [name] + .text("-", "+", "\(Self.sampleCount)")
            let (here, there) = try await both([pair]) {
                KeyCommand("XPENDING", key: $1, arguments, isRepeatable: true)
            }
            // Without how long ago it was delivered.
            func pending(_ answer: CommandAnswer) -> [[RESPValue]]? {
                answer.value?.array?.compactMap(\.array).map { Array($0.prefix(2) + $0.dropFirst(3)) }
            }
            guard pending(here[0]) == pending(there[0]) else {
                return .different("what is pending in its group \(PrintableBytes.text(name)) differs")
            }
        }
        return .alike
    }

    private func compareMembers(of pair: Pair, _ type: KeyType) async throws -> ValueVerdict {
        var questions: [(command: KeyCommand, answer: RESPValue)] = []
        var fields: [[UInt8]] = []
        func ask(_ name: String, _ member: [UInt8], _ answer: RESPValue) {
            let command = KeyCommand(name, key: pair.target, [member], isRepeatable: true)
            questions.append((command, answer))
        }
        switch type {
        case .set:
            for try await member in source.scanner.sscan(pair.key, count: Self.sampleCount) {
                ask("SISMEMBER", member, .integer(1))
                if questions.count >= Self.sampleCount { break }
            }
        case .hash:
            for try await (field, value) in source.scanner.hscan(pair.key, count: Self.sampleCount) {
                ask("HGET", field, .bulkString(value))
                fields.append(field)
                if questions.count >= Self.sampleCount { break }
            }
        default:
            for try await (member, score) in source.scanner.zscan(pair.key, count: Self.sampleCount) {
                ask("ZSCORE", member, .bulkString(Array(score.description.utf8)))
                if questions.count >= Self.sampleCount { break }
            }
        }
        let answers = try await destination.scanner.answers(to: questions.map(\.command), options: options)
        for (question, answer) in zip(questions, answers) {
            let isEqual =
                type == .sortedSet
                ? answer.value?.string.flatMap(Double.init) == question.answer.string.flatMap(Double.init)
                : answer.value == question.answer
            guard isEqual else { return .different("its elements differ") }
        }
        return try await compareExpiries(of: fields, in: pair)
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
