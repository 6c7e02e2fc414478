import ClusterScan

extension ElementCopy {
    func copyString(to temporary: [UInt8]) async throws -> Int {
        let length = try await integer("STRLEN", key, at: source)
        // An empty range would make no key.
        if length == 0 { try await write([KeyCommand("SET", key: temporary, [[]], isRepeatable: true)]) }
        var position = 0
        while position < length {
            let end = position + Self.pageBytes - 1
            let page = try await value("GETRANGE", key, .text("\(position)", "\(end)"))
            guard let bytes = page.bytes, !bytes.isEmpty else { throw Trouble.interrupted(Self.unsteady) }
            let arguments = .text("\(position)") + [bytes]
            try await writePage(
                [KeyCommand("SETRANGE", key: temporary, arguments, isRepeatable: true)],
                to: temporary
            )
            position += bytes.count
        }
        return length
    }

    func copyList(to temporary: [UInt8]) async throws -> Int {
        let length = try await integer("LLEN", key, at: source)
        let count = try await pageCount(length: length)
        var bytes = 0
        for position in stride(from: 0, to: length, by: count) {
            let page = try await value("LRANGE", key, .text("\(position)", "\(position + count - 1)"))
            let elements = (page.array ?? []).compactMap(\.bytes)
            guard !elements.isEmpty else { throw Trouble.interrupted(Self.unsteady) }
            bytes += elements.reduce(0) { $0 + $1.count }
            try await writePage(
                [KeyCommand("RPUSH", key: temporary, elements, isRepeatable: false)],
                to: temporary
            )
        }
        guard length > 0 else { throw Trouble.vanished }
        return bytes
    }

    func copySet(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("SCARD", key, at: source))
        return try await copy(source.sscan(key, count: count), count, to: temporary, with: "SADD") { [$0] }
    }

    func copySortedSet(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("ZCARD", key, at: source))
        return try await copy(source.zscan(key, count: count), count, to: temporary, with: "ZADD") {
            // The shortest text that gives the same number again.
            .text($0.score.description) + [$0.member]
        }
    }

    func copyHash(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("HLEN", key, at: source))
        return try await copy(source.hscan(key, count: count), count, to: temporary, with: "HSET") {
            [$0.field, $0.value]
        } afterwards: { elements in
            try await copyExpiries(of: elements.map(\.field), to: temporary)
        }
    }

    /// Copies what a member scan returns.
    private func copy<Element: Sendable>(
        _ elements: ScanMembers<Element>,
        _ count: Int,
        to temporary: [UInt8],
        with name: String,
        arguments: (Element) -> [[UInt8]],
        afterwards: ([Element]) async throws -> Void = { _ in }
    ) async throws -> Int {
        var (page, pageBytes, bytes, isThere): ([Element], Int, Int, Bool) = ([], 0, 0, false)
        func flush() async throws {
            guard !page.isEmpty else { return }
            let command = KeyCommand(name, key: temporary, page.flatMap(arguments), isRepeatable: true)
            try await writePage([command], to: temporary)
            try await afterwards(page)
            bytes += pageBytes
            isThere = true
            (page, pageBytes) = ([], 0)
        }
        do {
            for try await element in elements {
                page.append(element)
                pageBytes += arguments(element).reduce(0) { $0 + $1.count }
                if page.count >= count || pageBytes >= Self.pageBytes { try await flush() }
            }
        } catch let error as ClusterScanError where error.code == .protocolViolation {
            // It is of another type now.
            throw Trouble.interrupted(error.message)
        }
        try await flush()
        guard isThere else { throw Trouble.vanished }
        return bytes
    }

    /// Fields of a hash can expire one by one, from Redis 7.4 and Valkey 9.0 on.
    private func copyExpiries(of fields: [[UInt8]], to temporary: [UInt8]) async throws {
        let arguments = .text("FIELDS", "\(fields.count)") + fields
        let answer = try await source.answers(
            to: [KeyCommand("HPEXPIRETIME", key: key, arguments, isRepeatable: true)],
            options: options,
            toleratingNoPermission: true
        ).first
        // Older servers refuse the command, and have nothing to tell.
        guard let moments = answer?.value?.array else { return }
        let commands = zip(fields, moments).compactMap { field, moment -> KeyCommand? in
            guard let moment = moment.integer, moment > 0 else { return nil }
            let arguments = .text("\(moment)", "FIELDS", "1") + [field]
            return KeyCommand("HPEXPIREAT", key: temporary, arguments, isRepeatable: true)
        }
        guard !commands.isEmpty else { return }
        do {
            try await write(commands)
        } catch Trouble.impossible(let words) {
            throw Trouble.impossible("its fields expire one by one, and the destination says: \(words)")
        }
    }
}
