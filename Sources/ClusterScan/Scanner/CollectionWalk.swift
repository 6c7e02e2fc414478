/// Where the reading of one collection stands: what to ask the process that is about to be asked, and what
/// its reply means.
///
/// Sets, hashes and sorted sets are read with their `SCAN` commands, whose cursors are good for one server
/// process only: another one is asked from the beginning. Lists are read by `LRANGE` and streams by `XRANGE`,
/// where a position is good everywhere.
package struct CollectionWalk: Sendable {
    private let key: [UInt8]
    private let pattern: GlobPattern?
    private let count: Int
    private let withValues: Bool
    private var progress: MemberCursor.Progress
    /// `nil` until the server has said it, or the caller.
    private var type: CollectionType?
    /// Watches the server's cursor.
    private var cycle: CursorCycle?
    package private(set) var isFinished = false

    /// - Throws: ``ClusterScanError`` `invalidCursor` if the cursor belongs to another key or pattern.
    package init(
        _ key: [UInt8],
        from cursor: MemberCursor,
        expecting type: CollectionType? = nil,
        match pattern: GlobPattern?,
        withValues: Bool,
        count: Int
    ) throws(ClusterScanError) {
        self.key = key
        self.pattern = pattern
        self.count = max(1, count)
        self.withValues = withValues
        self.type = type
        let progress = try cursor.progress(key: key, pattern: pattern)
        isFinished = progress == nil
        self.progress = progress ?? MemberCursor.Progress(key: key, patternDigest: 0)
    }

    // MARK: Asking

    /// The next command for a process.
    package func command(for process: NodeStatus) -> [[UInt8]] {
        switch type {
        case nil: [Array("TYPE".utf8), key]
        case .set: scan("SSCAN", process)
        case .hash: scan("HSCAN", process)
        case .sortedSet: scan("ZSCAN", process)
        case .list:
            [
                Array("LRANGE".utf8), key, Array("\(progress.position)".utf8),
                Array("\(progress.position.addingClamped(UInt64(count) - 1))".utf8),
            ]
        case .stream:
            [
                Array("XRANGE".utf8), key, Array(streamStart.description.utf8), Array("+".utf8),
                Array("COUNT".utf8), Array("\(count)".utf8),
            ]
        }
    }

    private func scan(_ verb: String, _ process: NodeStatus) -> [[UInt8]] {
        let cursor = startsOver(at: process) ? 0 : progress.position
        var arguments = [Array(verb.utf8), key, Array(String(cursor).utf8)]
        if let pattern { arguments += [Array("MATCH".utf8), pattern.bytes] }
        arguments += [Array("COUNT".utf8), Array(String(count).utf8)]
        if type == .hash, !withValues, process.version.scansHashesWithoutValues {
            arguments.append(Array("NOVALUES".utf8))
        }
        return arguments
    }

    /// Whether a process reads the collection from its beginning: a cursor means nothing to another one than
    /// gave it.
    private func startsOver(at process: NodeStatus) -> Bool {
        progress.position != 0 && process.runID.prefix != progress.process
    }

    // MARK: Replies

    /// Takes the reply to ``command(for:)``.
    ///
    /// - Parameters:
    ///   - reply: What the process answered; no error.
    ///   - process: The process.
    ///   - address: Where it is, for messages.
    /// - Returns: The next page; `nil` if the reply only told the type.
    /// - Throws: ``ClusterScanError`` if the reply is not understood, or the key cannot be read in pages.
    package mutating func take(
        _ reply: RESPValue,
        from process: NodeStatus,
        at address: NodeAddress
    ) throws(ClusterScanError) -> MemberPage? {
        guard let type else {
            self.type = try readType(reply, at: address)
            return nil
        }
        do {
            switch type {
            case .set, .hash, .sortedSet: return try takeScan(reply, type, from: process)
            case .list: return try takeList(reply)
            case .stream: return try takeStream(reply)
            }
        } catch {
            throw ClusterScanError(.protocolViolation, error.message, at: address)
        }
    }

    /// A reply that is not understood. What is left out in silence would be missed.
    private struct Unexpected: Error {
        let message: String

        init(_ verb: String, with what: String = "something that is not understood") {
            message = "\(verb) answered with \(what)"
        }

        private init(message: String) {
            self.message = message
        }

        static let cycle = Unexpected(message: CursorCycle.message)
    }

    private func readType(
        _ reply: RESPValue,
        at address: NodeAddress
    ) throws(ClusterScanError) -> CollectionType {
        let name = reply.string ?? ""
        guard name != "none" else {
            throw ClusterScanError(.noSuchKey, "there is no such key", at: address)
        }
        guard let type = CollectionType(KeyType(rawValue: name)) else {
            throw ClusterScanError(
                .invalidQuery,
                "the key holds a \(name), which has no members",
                at: address
            )
        }
        if let earlier = progress.type, earlier != type {
            throw ClusterScanError(
                .invalidCursor,
                "the cursor belongs to a \(earlier.keyType), but the key now holds a \(type.keyType): "
                    + "start from cursor 0",
                at: address
            )
        }
        if type == .stream, pattern != nil {
            throw ClusterScanError(.invalidQuery, "the entries of a stream have no names that could match")
        }
        return type
    }

    /// Notes what comes after a page.
    ///
    /// - Parameters:
    ///   - members: What the page holds.
    ///   - type: The type of the collection.
    ///   - next: Where to go on; `nil` if the page is the last.
    ///   - hasStartedOver: Whether the collection is read from its beginning again.
    /// - Returns: The page, with its cursor.
    private mutating func page(
        _ members: [Member],
        of type: CollectionType,
        next: MemberCursor.Progress?,
        hasStartedOver: Bool = false
    ) -> MemberPage {
        isFinished = next == nil
        if let next { progress = next }
        return MemberPage(
            members: members,
            type: type.keyType,
            cursor: next.map { MemberCursor($0) } ?? .finished,
            hasStartedOver: hasStartedOver
        )
    }

    // MARK: Types with a cursor of the server

    private mutating func takeScan(
        _ reply: RESPValue,
        _ type: CollectionType,
        from process: NodeStatus
    ) throws(Unexpected) -> MemberPage {
        let verb = type == .set ? "SSCAN" : type == .hash ? "HSCAN" : "ZSCAN"
        guard let fields = reply.array, fields.count == 2,
            let position = fields[0].string.flatMap({ UInt64($0) }), let elements = fields[1].array
        else {
            throw Unexpected(verb, with: "something other than a page")
        }
        let hasStartedOver = startsOver(at: process)
        if hasStartedOver || cycle == nil {
            cycle = CursorCycle(from: hasStartedOver ? 0 : progress.position)
        }
        guard cycle?.closes(with: position) != true else { throw Unexpected.cycle }
        let comeWithValues = withValues || !process.version.scansHashesWithoutValues
        let members = try members(elements, of: type, verb, inPairs: type == .sortedSet || comeWithValues)
        var next = progress
        next.type = type
        next.process = process.runID.prefix
        next.position = position
        next.returned = (hasStartedOver ? 0 : progress.returned).addingClamped(UInt64(members.count))
        return page(members, of: type, next: position == 0 ? nil : next, hasStartedOver: hasStartedOver)
    }

    private func members(
        _ elements: [RESPValue],
        of type: CollectionType,
        _ verb: String,
        inPairs: Bool
    ) throws(Unexpected) -> [Member] {
        func bytes(_ element: RESPValue) throws(Unexpected) -> [UInt8] {
            guard let bytes = element.bytes else { throw Unexpected(verb) }
            return bytes
        }
        var members: [Member] = []
        guard type != .set, inPairs else {
            for element in elements {
                let name = try bytes(element)
                members.append(type == .hash ? .field(name, value: nil) : .member(name))
            }
            return members
        }
        guard elements.count.isMultiple(of: 2) else {
            throw Unexpected(verb, with: "a field that has no value")
        }
        for index in stride(from: 0, to: elements.count, by: 2) {
            let (name, value) = (try bytes(elements[index]), elements[index + 1])
            if type == .hash {
                members.append(.field(name, value: withValues ? try bytes(value) : nil))
            } else if let score = value.string.flatMap(Double.init) {
                members.append(.scored(name, score: score))
            } else {
                throw Unexpected(verb)
            }
        }
        return members
    }

    // MARK: Types with an order

    private mutating func takeList(_ reply: RESPValue) throws(Unexpected) -> MemberPage {
        guard let elements = reply.array, elements.count <= count else { throw Unexpected("LRANGE") }
        var members: [Member] = []
        for (offset, element) in elements.enumerated() {
            guard let bytes = element.bytes else { throw Unexpected("LRANGE") }
            guard pattern?.matches(bytes) != false else { continue }
            members.append(.element(bytes, index: progress.position + UInt64(offset)))
        }
        var next = progress
        next.type = .list
        next.position += UInt64(elements.count)
        next.returned = next.returned.addingClamped(UInt64(members.count))
        return page(members, of: .list, next: elements.count < count ? nil : next)
    }

    private var streamStart: StreamID {
        StreamID(milliseconds: progress.position, sequence: progress.sequence)
    }

    private mutating func takeStream(_ reply: RESPValue) throws(Unexpected) -> MemberPage {
        guard let entries = reply.array, entries.count <= count else { throw Unexpected("XRANGE") }
        var members: [Member] = []
        var last = streamStart
        for (offset, entry) in entries.enumerated() {
            // Were ids not to rise, the stream would have no end.
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string.flatMap(StreamID.init),
                offset == 0 ? id >= last : id > last
            else { throw Unexpected("XRANGE") }
            // An entry that was deleted while it is read may come without fields.
            let words = parts[1].array ?? []
            let fields = stride(from: 0, to: words.count - 1, by: 2).compactMap { index -> Member.Field? in
                guard let name = words[index].bytes, let value = words[index + 1].bytes else { return nil }
                return Member.Field(name: name, value: value)
            }
            members.append(.entry(id, fields: withValues ? fields : []))
            last = id
        }
        var next = progress
        next.type = .stream
        next.returned = next.returned.addingClamped(UInt64(members.count))
        let successor = entries.count < count ? nil : last.successor
        next.position = successor?.milliseconds ?? 0
        next.sequence = successor?.sequence ?? 0
        return page(members, of: .stream, next: successor == nil ? nil : next)
    }
}
