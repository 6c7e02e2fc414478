import ClusterScan

extension ElementCopy {
    /// Entries together with what is pending of them, from the oldest on, and then what the stream knows
    /// beyond that; with `countsEntries` also how many entries were added and read.
    func copyStream(to temporary: [UInt8], countsEntries: Bool) async throws -> Int {
        let information = try await value("XINFO STREAM", key).fields
        let groups = try await groups()
        var writing = StreamWriting(temporary, countsEntries: countsEntries)
        // What an older server does not know must fail before anything is there.
        let test = countsEntries ? writing.end(.start) : []
        try await writePage(writing.begin(groups) + test, to: temporary, isRepeatable: false)
        let count = try await pageCount(length: Int(clamping: information["length"]?.integer ?? 0))
        var start: String? = "-"
        var bytes = 0
        while let from = start {
            let window = try await window(of: groups, from: from, count: count)
            try await writePage(
                writing.append(window.entries, window.pending),
                to: temporary,
                isRepeatable: false
            )
            bytes += window.entries.reduce(0) { $0 + 16 + $1.fields.reduce(0) { $0 + $1.count } }
            start = window.next
        }
        try await writePage(writing.end(StreamPosition(information)), to: temporary)
        return bytes
    }

    private func groups() async throws -> [StreamState.Group] {
        var groups: [StreamState.Group] = []
        for reply in try await value("XINFO GROUPS", key).array ?? [] {
            guard let group = StreamState.Group(reply.fields) else {
                throw Trouble.impossible("XINFO GROUPS answered with something other than groups")
            }
            let consumers = try await value("XINFO CONSUMERS", key, [group.name]).array ?? []
            groups.append(group.with(consumers.compactMap { $0.fields["name"]?.bytes }))
        }
        return groups
    }

    /// A part of a stream.
    private struct Window {
        var entries: [StreamEntry]
        var pending: [(group: [UInt8], StreamState.Pending)] = []
        /// Where the next part begins; `nil` at the end.
        var next: String?
    }

    /// Reads entries, and what is pending up to the last of them; fewer of both where much is pending.
    private func window(of groups: [StreamState.Group], from start: String, count: Int) async throws -> Window
    {
        let page = try await value("XRANGE", key, .text(start, "+", "COUNT", "\(count)")).array ?? []
        var window = Window(entries: page.compactMap(StreamEntry.init))
        guard window.entries.count == page.count else {
            throw Trouble.impossible("XRANGE answered with something other than entries")
        }
        var end = window.entries.count < count ? nil : window.entries.last?.id
        for group in groups {
            let words = [group.name] + .text(start, end ?? "+", "\(Self.pendingCount)")
            let pending = try await value("XPENDING", key, words).array ?? []
            window.pending += try pending.map { entry in
                guard let parts = entry.array, parts.count == 4, let idle = parts[2].integer,
                    let pending = StreamState.Pending(parts, .ago(milliseconds: idle))
                else { throw Trouble.impossible("XPENDING answered with something other than entries") }
                return (group.name, pending)
            }
            if pending.count >= Self.pendingCount { end = window.pending.last?.1.id }
        }
        guard let end, let last = StreamEntry.position(of: end) else { return window }
        func isBeyond(_ id: String) -> Bool { StreamEntry.position(of: id).map { $0 > last } ?? false }
        window.entries.removeAll { isBeyond($0.id) }
        window.pending.removeAll { isBeyond($0.1.id) }
        window.next = StreamEntry.successor(of: end)
        return window
    }

    private static let pendingCount = 1000
}

extension StreamState.Group {
    fileprivate func with(_ consumers: [[UInt8]]) -> Self {
        Self(
            name: name,
            lastDelivered: lastDelivered,
            entriesRead: entriesRead,
            consumers: consumers,
            pending: pending
        )
    }
}
