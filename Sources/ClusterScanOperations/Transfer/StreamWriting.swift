import ClusterScan

/// The commands that write a stream, from its oldest entry on. They are those of Redis 5.0, but for what a
/// newer server alone can be told.
struct StreamWriting {
    typealias Words = [[UInt8]]

    let key: [UInt8]
    /// Whether the server keeps count of the entries that were added and read: since Redis 7.0.
    let countsEntries: Bool
    /// Whether an entry has been written that stays.
    private var hasEntries = false

    init(_ key: [UInt8], countsEntries: Bool) {
        self.key = key
        self.countsEntries = countsEntries
    }

    /// Makes the stream, without entries, and its groups.
    func begin(_ groups: [StreamState.Group]) -> [Words] {
        guard !groups.isEmpty else {
            // A stream without entries and groups comes from one that had some.
            let name: Words = .text("cluster-scan")
            return [
                .text("XGROUP", "CREATE") + [key] + name + .text("0", "MKSTREAM"),
                .text("XGROUP", "DESTROY") + [key] + name,
            ]
        }
        return groups.flatMap { group in
            var create: Words = .text("XGROUP", "CREATE") + [key, group.name, group.lastDelivered]
            create += .text("MKSTREAM")
            if countsEntries, let count = group.entriesRead { create += .text("ENTRIESREAD", "\(count)") }
            return [create] + group.consumers.map { Self.consumer + [key, group.name, $0] }
        }
    }

    private static let consumer: Words = .text("XGROUP", "CREATECONSUMER")

    /// Whether a stream is as good without what a command does: before Redis 6.2 a consumer comes into being
    /// with the first entry that it is given.
    static func isOptional(_ command: Words) -> Bool { command.starts(with: consumer) }

    /// Appends entries, and hands out again what is pending of them and between them.
    ///
    /// Entries that were deleted are pending as well: they are added, claimed and deleted again, as from
    /// Redis 7.0 on none can be claimed that is not there. Those before the first entry that stays are
    /// trimmed, as they were at the source: a deletion would be remembered.
    ///
    /// - Parameters:
    ///   - entries: The next entries of the stream.
    ///   - pending: All that is pending in the groups up to the last of them, and was not handed in before.
    /// - Returns: The commands, in their order.
    mutating func append(_ entries: [StreamEntry], _ pending: [(group: [UInt8], StreamState.Pending)])
        -> [Words]
    {
        let present = Set(entries.map(\.id))
        let gone = Set(pending.map(\.1.id)).subtracting(present)
        let first = hasEntries ? (0, 0) : entries.first?.position ?? (.max, .max)
        func isTrimmed(_ id: String) -> Bool { (StreamEntry.position(of: id) ?? (0, 0)) < first }
        let trimmed = gone.filter(isTrimmed)
        let deleted = gone.subtracting(trimmed)
        hasEntries = hasEntries || !entries.isEmpty

        var commands = adding(trimmed.map { ($0, Self.placeholder) })
        if !trimmed.isEmpty {
            commands += pending.filter { trimmed.contains($0.1.id) }.map(claim)
            commands.append(.text("XTRIM") + [key] + .text("MAXLEN", "0"))
        }
        commands += adding(entries.map { ($0.id, $0.fields) } + deleted.map { ($0, Self.placeholder) })
        commands += pending.filter { !trimmed.contains($0.1.id) }.map(claim)
        if !deleted.isEmpty {
            commands.append(.text("XDEL") + [key] + deleted.map { Array($0.utf8) })
        }
        return commands
    }

    private static let placeholder: Words = .text("deleted", "")

    private func adding(_ entries: [(id: String, fields: Words)]) -> [Words] {
        entries.map { (position: StreamEntry.position(of: $0.id) ?? (0, 0), $0) }
            .sorted { $0.position < $1.position }
            .map { .text("XADD") + [key] + .text($0.1.id) + $0.1.fields }
    }

    private func claim(_ group: [UInt8], _ pending: StreamState.Pending) -> Words {
        let moment: Words =
            switch pending.moment {
            case .at(let milliseconds): .text("TIME", "\(milliseconds)")
            case .ago(let milliseconds): .text("IDLE", "\(milliseconds)")
            }
        return .text("XCLAIM") + [key, group, pending.consumer] + .text("0", pending.id) + moment
            + .text("RETRYCOUNT", "\(pending.deliveries)", "FORCE", "JUSTID")
    }

    /// Sets how far the stream has got.
    func end(_ position: StreamPosition) -> [Words] {
        guard let last = position.last else { return [] }
        var command: Words = .text("XSETID") + [key, last]
        if countsEntries, let added = position.entriesAdded, let deleted = position.maxDeleted {
            command += .text("ENTRIESADDED", "\(added)", "MAXDELETEDID") + [deleted]
        }
        return [command]
    }

    /// Whether a server has refused a command because it is older than Redis 7.0.
    static func isTooNew(_ error: ServerError) -> Bool {
        error.code == "ERR" && error.message.lowercased().contains("wrong number of arguments for 'xsetid'")
    }
}
