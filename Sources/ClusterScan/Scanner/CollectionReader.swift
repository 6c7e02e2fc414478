/// Reads a collection of any type in pages, each with the cursor to go on from in any process.
///
/// Sets, hashes and sorted sets are read with their `SCAN` commands, whose cursors are good for one server
/// process only; lists by `LRANGE` and streams by `XRANGE`, where a position is good everywhere.
struct CollectionReader: Sendable {
    private let key: [UInt8]
    private let pattern: GlobPattern?
    private let count: Int
    private let withValues: Bool
    private var follower: KeyFollower
    private var cursor: MemberCursor
    /// Known once the server was asked.
    private var type: CollectionType?
    /// Watches the server's cursor.
    private var cycle: CursorCycle?

    init(
        _ key: [UInt8],
        from cursor: MemberCursor,
        match pattern: GlobPattern?,
        withValues: Bool,
        count: Int,
        follower: KeyFollower
    ) {
        self.key = key
        self.cursor = cursor
        self.pattern = pattern
        self.withValues = withValues
        self.count = count
        self.follower = follower
    }

    mutating func nextPage() async throws -> MemberPage? {
        let progress = try cursor.progress(key: key, pattern: pattern)
        guard let progress else { return nil }
        let type = if let type { type } else { try await askType(knowing: progress.type) }
        self.type = type
        let page = try await read(type, from: progress)
        cursor = page.cursor
        return page
    }

    private mutating func askType(knowing earlier: CollectionType?) async throws -> CollectionType {
        let key = key
        let name = try await follower.ask { _ in Command([Array("TYPE".utf8), key]) }.reply.string ?? ""
        guard name != "none" else {
            throw ClusterScanError(.noSuchKey, "there is no such key", at: follower.address)
        }
        guard let type = CollectionType(KeyType(rawValue: name)) else {
            throw ClusterScanError(
                .invalidQuery,
                "the key holds a \(name), which has no members",
                at: follower.address
            )
        }
        if let earlier, earlier != type {
            throw ClusterScanError(
                .invalidCursor,
                "the cursor belongs to a \(earlier.keyType), but the key now holds a \(type.keyType): "
                    + "start from cursor 0",
                at: follower.address
            )
        }
        if type == .stream, pattern != nil {
            throw ClusterScanError(.invalidQuery, "the entries of a stream have no names that could match")
        }
        return type
    }

    private mutating func read(
        _ type: CollectionType,
        from progress: MemberCursor.Progress
    ) async throws -> MemberPage {
        switch type {
        case .set: try await scan("SSCAN", type, from: progress)
        case .hash: try await scan("HSCAN", type, from: progress)
        case .sortedSet: try await scan("ZSCAN", type, from: progress)
        case .list: try await readList(from: progress)
        case .stream: try await readStream(from: progress)
        }
    }

    // MARK: Types with a cursor of the server

    private mutating func scan(
        _ verb: String,
        _ type: CollectionType,
        from progress: MemberCursor.Progress
    ) async throws -> MemberPage {
        let request = MemberScan.Request(
            verb: verb,
            key: key,
            pattern: pattern,
            count: count,
            withoutValues: type == .hash && !withValues
        )
        let (reply, status) = try await follower.ask { status in
            request.command(
                cursor: status.runID.prefix == progress.process ? progress.position : 0,
                from: status.version
            )
        }
        let hasStartedOver = progress.position != 0 && status.runID.prefix != progress.process
        let page = try request.page(reply, from: status.version, at: follower.address)
        if hasStartedOver || cycle == nil {
            cycle = CursorCycle(from: hasStartedOver ? 0 : progress.position)
        }
        guard cycle?.closes(with: page.next) != true else {
            throw ClusterScanError(.protocolViolation, CursorCycle.message, at: follower.address)
        }
        let members = try members(page.elements, of: type, verb)
        var next = progress
        next.type = type
        next.process = status.runID.prefix
        next.position = page.next
        next.returned = (hasStartedOver ? 0 : progress.returned).addingClamped(UInt64(members.count))
        return MemberPage(
            members: members,
            type: type.keyType,
            cursor: page.next == 0 ? .finished : MemberCursor(next),
            hasStartedOver: hasStartedOver
        )
    }

    /// What is not understood is an error: a member that is left out silently would be missed.
    private func members(
        _ elements: [RESPValue],
        of type: CollectionType,
        _ verb: String
    ) throws -> [Member] {
        func bytes(_ element: RESPValue) throws -> [UInt8] {
            guard let bytes = element.bytes else { throw unexpected(verb) }
            return bytes
        }
        switch type {
        case .hash where !withValues:
            return try elements.map { .field(try bytes($0), value: nil) }
        case .hash, .sortedSet:
            guard elements.count.isMultiple(of: 2) else { throw unexpected(verb) }
            return try stride(from: 0, to: elements.count, by: 2).map { index in
                let (name, value) = (try bytes(elements[index]), elements[index + 1])
                if type == .hash { return .field(name, value: try bytes(value)) }
                guard let score = value.string.flatMap(Double.init) else { throw unexpected(verb) }
                return .scored(name, score: score)
            }
        default:
            return try elements.map { .member(try bytes($0)) }
        }
    }

    // MARK: Types with an order

    private mutating func readList(from progress: MemberCursor.Progress) async throws -> MemberPage {
        let (key, count) = (key, count)
        let reply = try await follower.ask { _ in
            let end = progress.position.addingClamped(UInt64(count) - 1)
            return Command([
                Array("LRANGE".utf8), key, Array("\(progress.position)".utf8), Array("\(end)".utf8),
            ])
        }.reply
        guard let elements = reply.array, elements.count <= count else { throw unexpected("LRANGE") }
        let members = try elements.enumerated().compactMap { offset, element -> Member? in
            guard let bytes = element.bytes else { throw unexpected("LRANGE") }
            guard pattern?.matches(bytes) != false else { return nil }
            return .element(bytes, index: progress.position + UInt64(offset))
        }
        var next = progress
        next.type = .list
        next.position += UInt64(elements.count)
        next.returned = next.returned.addingClamped(UInt64(members.count))
        return MemberPage(
            members: members,
            type: .list,
            cursor: elements.count < count ? .finished : MemberCursor(next),
            hasStartedOver: false
        )
    }

    private mutating func readStream(from progress: MemberCursor.Progress) async throws -> MemberPage {
        let (key, count) = (key, count)
        let start = StreamID(milliseconds: progress.position, sequence: progress.sequence)
        let reply = try await follower.ask { _ in
            Command([
                Array("XRANGE".utf8), key, Array(start.description.utf8), Array("+".utf8),
                Array("COUNT".utf8), Array("\(count)".utf8),
            ])
        }.reply
        guard let entries = reply.array, entries.count <= count else { throw unexpected("XRANGE") }
        var members: [Member] = []
        var last = start
        var isFirst = true
        for entry in entries {
            // Were ids not to rise, the stream would have no end.
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string.flatMap(StreamID.init),
                isFirst ? id >= last : id > last
            else { throw unexpected("XRANGE") }
            isFirst = false
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
        return MemberPage(
            members: members,
            type: .stream,
            cursor: successor == nil ? .finished : MemberCursor(next),
            hasStartedOver: false
        )
    }

    private func unexpected(_ verb: String) -> ClusterScanError {
        ClusterScanError(
            .protocolViolation,
            "\(verb) answered with something that is not understood",
            at: follower.address
        )
    }
}
