import ClusterScan

/// Values that are too large for one piece.
extension ValueComparison {
    /// By length and, if that is the same, by everything that they hold.
    func compareInPieces(of pair: Pair) async throws -> ValueVerdict {
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
        switch type {
        case .string: return try await compareRanges(of: pair, "GETRANGE", length, by: 1 << 18)
        case .list: return try await compareRanges(of: pair, "LRANGE", length, by: Int64(Self.elementsAtOnce))
        case .stream: return try await compareEntries(of: pair)
        case .vectorSet: return try await compareVectors(of: pair)
        default: return try await compareMembers(of: pair, type)
        }
    }

    /// How many elements of a large value are compared at a time.
    private static let elementsAtOnce = 100

    private func compareRanges(
        of pair: Pair,
        _ command: String,
        _ length: Int64,
        by width: Int64
    ) async throws -> ValueVerdict {
        for start in stride(from: 0, to: length, by: Int(width)) {
            let (here, there) = try await both([pair], "\(command) \(start) \(start + width - 1)")
            if let difference = Self.difference(here[0], there[0]) { return difference }
        }
        return .alike
    }

    /// `nil` where both sides answer alike.
    private static func difference(_ here: CommandAnswer, _ there: CommandAnswer) -> ValueVerdict? {
        guard let one = here.value, let other = there.value else {
            return .unknown(here.trouble ?? there.trouble ?? "a server gives no answer")
        }
        return one == other ? nil : .different("its elements differ")
    }

    private func compareEntries(of pair: Pair) async throws -> ValueVerdict {
        var start = "-"
        while true {
            let arguments = [[UInt8]].text(start, "+", "COUNT", "\(Self.elementsAtOnce)")
            let (here, there) = try await both([pair]) {
                KeyCommand("XRANGE", key: $1, arguments, isRepeatable: true)
            }
            if let difference = Self.difference(here[0], there[0]) { return difference }
            let last = here[0].value?.array?.last.flatMap(StreamEntry.init)
            guard let next = last?.next, next != start else { return try await compareGroups(of: pair) }
            start = next
        }
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
            let arguments = [name] + .text("-", "+", "\(Self.elementsAtOnce)")
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
        let (scanner, count) = (source.scanner, Self.elementsAtOnce)
        switch type {
        case .set:
            return try await compare(scanner.sscan(pair.key, count: count), of: pair, "SISMEMBER") {
                ($0, .integer(1))
            }
        case .hash:
            return try await compare(scanner.hscan(pair.key, count: count), of: pair, "HGET") {
                ($0.field, .bulkString($0.value))
            }
        default:
            return try await compare(scanner.zscan(pair.key, count: count), of: pair, "ZSCORE") {
                ($0.member, .bulkString(Array($0.score.description.utf8)))
            }
        }
    }

    /// Whether the destination has every member of the source: it has no others, being as long.
    private func compare<Member: Sendable>(
        _ members: ScanMembers<Member>,
        of pair: Pair,
        _ command: String,
        _ question: (Member) -> (name: [UInt8], answer: RESPValue)
    ) async throws -> ValueVerdict {
        var questions: [(name: [UInt8], answer: RESPValue)] = []
        for try await member in members {
            questions.append(question(member))
            guard questions.count >= Self.elementsAtOnce else { continue }
            let verdict = try await verdict(of: questions, pair, command)
            guard verdict == .alike else { return verdict }
            questions.removeAll(keepingCapacity: true)
        }
        return try await verdict(of: questions, pair, command)
    }

    private func verdict(
        of questions: [(name: [UInt8], answer: RESPValue)],
        _ pair: Pair,
        _ command: String
    ) async throws -> ValueVerdict {
        let commands = questions.map { KeyCommand(command, key: pair.target, [$0.name], isRepeatable: true) }
        let answers = try await destination.scanner.answers(to: commands, options: options)
        for (question, answer) in zip(questions, answers) {
            guard let value = answer.value else { return .unknown(answer.trouble ?? "no answer") }
            // Servers write one score in several ways.
            let isEqual =
                command == "ZSCORE"
                ? value.string.flatMap(Double.init) == question.answer.string.flatMap(Double.init)
                : value == question.answer
            guard isEqual else { return .different("its elements differ") }
        }
        return try await compareExpiries(of: command == "HGET" ? questions.map(\.name) : [], in: pair)
    }
}
