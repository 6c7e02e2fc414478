import ClusterScan

extension ElementCopy {
    func copyString(to temporary: [UInt8]) async throws -> Int {
        let length = try await integer("STRLEN", key, at: source)
        // An empty range would make no key.
        if length == 0 {
            try await writePage(PlainValue.string([]).commands(writing: temporary), to: temporary)
        }
        var position = 0
        while position < length {
            let end = position + Self.pageBytes - 1
            let page = try await value("GETRANGE", key, .text("\(position)", "\(end)"))
            guard let bytes = page.bytes, !bytes.isEmpty else { throw Trouble.interrupted(Self.unsteady) }
            let command = .text("SETRANGE") + [temporary] + .text("\(position)") + [bytes]
            try await writePage([command], to: temporary)
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
            let value = PlainValue.list((page.array ?? []).compactMap(\.bytes))
            guard page.array?.isEmpty == false else { throw Trouble.interrupted(Self.unsteady) }
            bytes += value.byteCount
            try await writePage(value.commands(writing: temporary), to: temporary, isRepeatable: false)
        }
        guard length > 0 else { throw Trouble.vanished }
        return bytes
    }

    func copySet(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("SCARD", key, at: source))
        return try await copy(source.sscan(key, count: count), count, to: temporary) { .set($0) }
    }

    func copySortedSet(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("ZCARD", key, at: source))
        return try await copy(source.zscan(key, count: count), count, to: temporary) { members in
            .sortedSet(members.map { ($0.member, $0.score) })
        }
    }

    func copyHash(to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: integer("HLEN", key, at: source))
        return try await copy(source.hscan(key, count: count), count, to: temporary) { fields in
            let lifetimes = try await lifetimes(of: fields.map(\.field))
            return .hash(
                zip(fields, lifetimes).map {
                    PlainValue.Field(name: $0.field, value: $0.value, lifetime: $1)
                }
            )
        }
    }

    /// Copies what a member scan returns.
    private func copy<Element: Sendable>(
        _ elements: ScanMembers<Element>,
        _ count: Int,
        to temporary: [UInt8],
        value: ([Element]) async throws -> PlainValue
    ) async throws -> Int {
        var (page, bytes, isThere): ([Element], Int, Bool) = ([], 0, false)
        func flush() async throws {
            guard !page.isEmpty else { return }
            let value = try await value(page)
            try await writePage(value.commands(writing: temporary), to: temporary)
            bytes += value.byteCount
            isThere = true
            page = []
        }
        do {
            for try await element in elements {
                page.append(element)
                if page.count >= count { try await flush() }
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
    private func lifetimes(of fields: [[UInt8]]) async throws -> [KeyLifetime] {
        let arguments = .text("FIELDS", "\(fields.count)") + fields
        let answer = try await source.answer(
            to: KeyCommand("HPEXPIRETIME", key: key, arguments, isRepeatable: true),
            options: options
        )
        guard let moments = answer.value?.array, moments.count == fields.count else {
            // Older servers refuse the command, and have nothing to tell.
            if answer.refusal?.isUnknownCommand == true { return fields.map { _ in .never } }
            throw Trouble.interrupted("HPEXPIRETIME: \(answer.trouble ?? "no value")")
        }
        return moments.map { KeyMoment(.value($0)).lifetime }
    }
}
