package import ClusterScan

/// A whole value of one of the servers' own types, as commands read and write it: equal values are equal,
/// whatever versions and encodings their servers use.
package enum PlainValue: Sendable {
    /// A field of a hash. It can expire by itself, from Redis 7.4 and Valkey 9.0 on.
    package struct Field: Sendable {
        let name: [UInt8]
        let value: [UInt8]
        let lifetime: KeyLifetime
    }

    case string([UInt8])
    case list([[UInt8]])
    case set([[UInt8]])
    case hash([Field])
    case sortedSet([(member: [UInt8], score: Double)])
    case stream(StreamState)

    /// Takes the reply to what ``question(about:of:)`` asks, and that to `HPEXPIRETIME` with the fields for
    /// which it was asked; `nil` if it is not a value of the type, or of other fields.
    package init?(
        _ reply: RESPValue,
        of type: KeyType,
        expiries: (fields: [[UInt8]], reply: RESPValue)? = nil
    ) {
        guard type != .stream else {
            let state = StreamState(reply)
            guard state.isWhole else { return nil }
            self = .stream(state)
            return
        }
        switch WholeValue.part(reply, type) {
        case .string(let bytes): self = .string(bytes)
        case .elements(let elements): self = type == .set ? .set(elements) : .list(elements)
        case .members(let members): self = .sortedSet(members)
        case .fields(let fields):
            guard let expiries else {
                self = .hash(fields.map { Field(name: $0.field, value: $0.value, lifetime: .never) })
                return
            }
            let moments = (expiries.reply.array ?? []).map { KeyMoment(.value($0)).lifetime }
            guard moments.count == expiries.fields.count else { return nil }
            let lifetimes = Dictionary(zip(expiries.fields, moments)) { first, _ in first }
            var found: [Field] = []
            for (name, value) in fields {
                guard let lifetime = lifetimes[name] else { return nil }
                found.append(Field(name: name, value: value, lifetime: lifetime))
            }
            self = .hash(found)
        default: return nil
        }
    }

    /// The command that reads a whole value; `nil` for types that have no plain form, as modules have them.
    static func question(about key: [UInt8], of type: KeyType) -> [[UInt8]]? {
        if type == .stream { return .text("XINFO", "STREAM") + [key] + .text("FULL", "COUNT", "0") }
        guard let words = type.readingCommand?.split(separator: " ") else { return nil }
        return [Array(words[0].utf8), key] + words.dropFirst().map { Array($0.utf8) }
    }

    // MARK: Comparing

    /// How another value differs, in words; `nil` if it does not.
    package func difference(to other: PlainValue) -> String? {
        let isEqual: Bool
        switch (self, other) {
        case (.string(let one), .string(let other)): isEqual = one == other
        case (.list(let one), .list(let other)): isEqual = one == other
        case (.set(let one), .set(let other)): isEqual = Set(one) == Set(other)
        case (.sortedSet(let one), .sortedSet(let other)): isEqual = Self.scores(one) == Self.scores(other)
        case (.hash(let one), .hash(let other)): return Self.difference(one, other)
        case (.stream(let one), .stream(let other)): return one.difference(to: other)
        default: return Self.differentTypes
        }
        return isEqual ? nil : Self.differentValues
    }

    static let differentTypes = "its type is another one"
    static let differentValues = "its values differ"
    static let differentExpiries = "its fields expire at other times"

    private static func scores(_ members: [(member: [UInt8], score: Double)]) -> [[UInt8]: Double] {
        Dictionary(members.map { ($0.member, $0.score) }) { first, _ in first }
    }

    private static func difference(_ one: [Field], _ other: [Field]) -> String? {
        let theirs = Dictionary(other.map { ($0.name, $0) }) { first, _ in first }
        guard one.count == other.count else { return differentValues }
        var isInStep = true
        for field in one {
            guard let other = theirs[field.name], other.value == field.value else { return differentValues }
            isInStep = isInStep && field.lifetime.agrees(with: other.lifetime)
        }
        return isInStep ? nil : differentExpiries
    }

    // MARK: Writing

    /// The commands that make a key with this value, each as few as there can be: so the server chooses the
    /// encoding that it would have chosen for its own clients.
    ///
    /// - Parameters:
    ///   - key: A key that is not there, or of a collection the beginning.
    ///   - countsEntries: Whether the server is told how many entries were added to a stream and read of it.
    /// - Returns: Names with arguments.
    package func commands(writing key: [UInt8], countsEntries: Bool = true) -> [[[UInt8]]] {
        switch self {
        case .string(let bytes): return [.text("SET") + [key, bytes]]
        case .list(let elements): return [.text("RPUSH") + [key] + elements]
        case .set(let members): return [.text("SADD") + [key] + members]
        case .sortedSet(let members):
            // The shortest text that gives the same number again.
            return [.text("ZADD") + [key] + members.flatMap { .text($0.score.description) + [$0.member] }]
        case .hash(let fields):
            return [.text("HSET") + [key] + fields.flatMap { [$0.name, $0.value] }]
                + Dictionary(grouping: fields.filter { $0.lifetime.moment != nil }, by: \.lifetime).map {
                    .text("HPEXPIREAT") + [key]
                        + .text("\($0.key.moment ?? 0)", "FIELDS", "\($0.value.count)") + $0.value.map(\.name)
                }
        case .stream(let state):
            var writing = StreamWriting(key, countsEntries: countsEntries)
            let pending = state.groups.flatMap { group in group.pending.map { (group.name, $0) } }
            return writing.begin(state.groups) + writing.append(state.entries, pending)
                + writing.end(state.position)
        }
    }

    /// Whether a server may fail to run one of the commands although it knows all of them.
    var isFragile: Bool {
        switch self {
        case .stream: true
        case .hash(let fields): fields.contains { $0.lifetime.moment != nil }
        default: false
        }
    }

    /// Why a value cannot be written, where the words of the server alone would not tell.
    static func obstacle(_ error: ServerError) -> ServerError {
        guard error.isUnknownCommand("HPEXPIREAT") else { return error }
        return ServerError(
            notCopied: "its fields expire one by one, and the destination says: \(error.withoutArguments)"
        )
    }
}
