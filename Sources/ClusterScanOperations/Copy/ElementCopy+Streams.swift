import ClusterScan

extension ElementCopy {
    /// Entries, then what the stream knows beyond them: its last id, its groups, and what each of those has
    /// handed out and not got acknowledged.
    func copyStream(to temporary: [UInt8]) async throws -> Int {
        let information = try await value("XINFO STREAM", key).fields
        let length = Int(clamping: information["length"]?.integer ?? 0)
        let bytes = try await copyEntries(length: length, to: temporary)
        if bytes == 0 { try await makeEmptyStream(temporary) }
        try await setLastID(of: temporary, information)
        for group in try await value("XINFO GROUPS", key).array ?? [] {
            try await copyGroup(group.fields, to: temporary)
        }
        return bytes
    }

    private func copyEntries(length: Int, to temporary: [UInt8]) async throws -> Int {
        let count = try await pageCount(length: length)
        var (start, bytes) = ("-", 0)
        while true {
            let page = try await value("XRANGE", key, .text(start, "+", "COUNT", "\(count)"))
            let entries = page.array ?? []
            let commands = try entries.map { reply in
                guard let entry = StreamEntry(reply) else {
                    throw Trouble.impossible("XRANGE answered with something other than entries")
                }
                let arguments = .text(entry.id) + entry.fields
                bytes += arguments.reduce(0) { $0 + $1.count }
                return KeyCommand("XADD", key: temporary, arguments, isRepeatable: false)
            }
            guard let last = entries.last?.array?.first?.string else { return bytes }
            try await writePage(commands, to: temporary)
            guard entries.count == count else { return bytes }
            start = try Self.successor(of: last)
        }
    }

    private func makeEmptyStream(_ temporary: [UInt8]) async throws {
        let group = "cluster-scan"
        let arguments: [[UInt8]] = .text(group, "0", "MKSTREAM")
        try await write([KeyCommand("XGROUP CREATE", key: temporary, arguments, isRepeatable: false)])
        try await writePage(
            [KeyCommand("XGROUP DESTROY", key: temporary, .text(group), isRepeatable: true)],
            to: temporary
        )
    }

    private func setLastID(of temporary: [UInt8], _ information: [String: RESPValue]) async throws {
        guard let last = information["last-generated-id"]?.bytes else { return }
        if let added = information["entries-added"]?.integer,
            let deleted = information["max-deleted-entry-id"]?.bytes
        {
            let arguments = [last] + .text("ENTRIESADDED", "\(added)", "MAXDELETEDID") + [deleted]
            let answer = try await destination.answer(
                to: KeyCommand("XSETID", key: temporary, arguments, isRepeatable: true),
                options: options
            )
            // Redis before 7.0 knows the id alone.
            if answer.refusal == nil { return }
        }
        try await write([KeyCommand("XSETID", key: temporary, [last], isRepeatable: true)])
    }

    private func copyGroup(_ group: [String: RESPValue], to temporary: [UInt8]) async throws {
        guard let name = group["name"]?.bytes, let last = group["last-delivered-id"]?.bytes else {
            throw Trouble.impossible("XINFO GROUPS answered with something other than groups")
        }
        let create = KeyCommand("XGROUP CREATE", key: temporary, [name, last], isRepeatable: false)
        if let read = group["entries-read"]?.integer {
            let arguments = [name, last] + .text("ENTRIESREAD", "\(read)")
            let answer = try await destination.answer(
                to: KeyCommand("XGROUP CREATE", key: temporary, arguments, isRepeatable: false),
                options: options
            )
            if answer.value == nil { try await write([create]) }
        } else {
            try await write([create])
        }
        for consumer in try await value("XINFO CONSUMERS", key, [name]).array ?? [] {
            guard let consumer = consumer.fields["name"]?.bytes else { continue }
            // Before Redis 6.2 a consumer comes into being with the first entry it is given.
            _ = try await destination.answer(
                to: KeyCommand(
                    "XGROUP CREATECONSUMER",
                    key: temporary,
                    [name, consumer],
                    isRepeatable: true
                ),
                options: options
            )
        }
        try await copyPending(of: name, to: temporary)
    }

    private func copyPending(of group: [UInt8], to temporary: [UInt8]) async throws {
        let count = 1000
        var start = "-"
        while true {
            let page = try await value("XPENDING", key, [group] + .text(start, "+", "\(count)"))
            let entries = page.array ?? []
            let claims = try entries.map { entry in
                guard let parts = entry.array, parts.count == 4, let id = parts[0].bytes,
                    let consumer = parts[1].bytes, let idle = parts[2].integer, let times = parts[3].integer
                else { throw Trouble.impossible("XPENDING answered with something other than entries") }
                let arguments =
                    [group, consumer] + .text("0") + [id]
                    + .text("IDLE", "\(idle)", "RETRYCOUNT", "\(times)", "FORCE", "JUSTID")
                return KeyCommand("XCLAIM", key: temporary, arguments, isRepeatable: true)
            }
            guard let last = entries.last?.array?.first?.string else { return }
            try await writePage(claims, to: temporary)
            guard entries.count == count else { return }
            start = try Self.successor(of: last)
        }
    }

    private static func successor(of id: String) throws(Trouble) -> String {
        guard let next = StreamEntry.successor(of: id) else {
            throw .impossible("\(id) is not the id of a stream's entry")
        }
        return next
    }
}
