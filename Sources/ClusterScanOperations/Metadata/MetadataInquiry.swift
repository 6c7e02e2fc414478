package import ClusterScan

/// Decides what is asked of servers about some keys, and what their replies say. Does no I/O.
///
/// There are two rounds: what can be asked of every key, then the length, whose command depends on the type.
/// So idle times and frequencies are read before the length, which counts as a use of the key.
package struct MetadataInquiry: Sendable {
    /// A question about one key.
    private struct Question {
        let key: Int
        let field: KeyField
    }

    private let batches: [KeyBatch]
    private let fields: Set<KeyField>
    private let general: [(field: KeyField, command: String)]
    private var questions: [Question] = []
    package private(set) var answer: MetadataAnswer

    /// - Parameters:
    ///   - batches: The keys.
    ///   - nodes: The node that named each batch.
    ///   - database: Where the keys are.
    ///   - fields: What to tell of the keys.
    package init(
        _ batches: [KeyBatch],
        from nodes: [ClusterNode?],
        database: Int = 0,
        fields: Set<KeyField>
    ) {
        self.batches = batches
        self.fields = fields
        var asked = fields
        if asked.contains(.length) { asked.insert(.type) }
        general = KeyField.allCases.filter(asked.contains).compactMap { field in
            field.command.map { (field, $0) }
        }
        answer = MetadataAnswer(keys: [])
        answer.keys.reserveCapacity(batches.reduce(0) { $0 + $1.count })
        for (batch, node) in zip(batches, nodes) {
            var known = KeyMetadata()
            if fields.contains(.node) { known.node = node }
            if fields.contains(.database) { known.database = database }
            batch.forEachKey { name in
                if fields.contains(.slot) { known.slot = HashSlot(key: name) }
                answer.keys.append(known)
            }
        }
    }

    /// The first round: what is asked of every key.
    package mutating func firstCommands() -> [KeyCommand] {
        questions = []
        guard !general.isEmpty else { return [] }
        var commands: [KeyCommand] = []
        commands.reserveCapacity(answer.keys.count * general.count)
        questions.reserveCapacity(answer.keys.count * general.count)
        var key = 0
        for batch in batches {
            batch.forEachKey { name in
                for (field, command) in general {
                    commands.append(KeyCommand(command, key: name, isRepeatable: true))
                    questions.append(Question(key: key, field: field))
                }
                key += 1
            }
        }
        return commands
    }

    /// The second round: the lengths, once the types are known.
    package mutating func lengthCommands() -> [KeyCommand] {
        questions = []
        guard fields.contains(.length) else { return [] }
        var commands: [KeyCommand] = []
        var key = 0
        for batch in batches {
            batch.forEachKey { name in
                let metadata = answer.keys[key]
                if !metadata.isGone, let command = metadata.type?.lengthCommand {
                    commands.append(KeyCommand(command, key: name, isRepeatable: true))
                    questions.append(Question(key: key, field: .length))
                }
                key += 1
            }
        }
        return commands
    }

    /// Takes the replies to the commands of the last round, in their order.
    ///
    /// - Throws: The error of a command that no node answered: a gap that looked like an answer would be
    ///   worse.
    package mutating func take(_ replies: [KeyReply]) throws(ClusterScanError) {
        assert(replies.count == questions.count, "every question has its reply")
        for (question, reply) in zip(questions, replies) {
            switch reply {
            case .value(let value):
                record(value, question)
            case .error(let error):
                // The key was replaced by one of another type between the rounds.
                guard error.code != "WRONGTYPE" else { continue }
                if answer.refusals[question.field] == nil { answer.refusals[question.field] = error }
            case .tooLarge(let error), .outcomeUnknown(let error), .unreachable(let error):
                throw error
            }
        }
    }

    /// Completes the answer when both rounds are over.
    package mutating func finish() {
        for key in answer.keys.indices {
            if answer.keys[key].isGone { answer.keys[key].vanish() }
            if !fields.contains(.type) { answer.keys[key].type = nil }
        }
    }

    private mutating func record(_ value: RESPValue, _ question: Question) {
        let key = question.key
        if Self.saysGone(value, question.field, answer.keys[key].type) {
            answer.keys[key].isGone = true
            return
        }
        switch question.field {
        case .type: answer.keys[key].type = value.string.map(KeyType.init)
        case .ttl:
            answer.keys[key].lifetime = value.integer.map {
                $0 < 0 ? .unlimited : .remaining(.milliseconds($0))
            }
        case .memory: answer.keys[key].memory = value.integer
        case .encoding: answer.keys[key].encoding = value.string
        case .idle: answer.keys[key].idle = value.integer.map { .seconds($0) }
        case .freq: answer.keys[key].frequency = value.integer
        case .length: answer.keys[key].length = value.integer
        case .slot, .node, .database: break
        }
    }

    private static func saysGone(_ value: RESPValue, _ field: KeyField, _ type: KeyType?) -> Bool {
        switch field {
        case .type: value.string == "none"
        case .ttl: value == .integer(-2)
        // Servers remove a list, set or hash with its last element; strings and streams may be empty.
        case .length: value == .integer(0) && type != .string && type != .stream
        default: value == .null
        }
    }
}
