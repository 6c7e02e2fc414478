package import ClusterScan

/// What matters of a stream: entries, the last id, how far each group has got, and what it has handed out and
/// not got acknowledged. Not when that was, nor which consumer asked for nothing.
package struct StreamState: Hashable, Sendable {
    package struct Group: Hashable, Sendable {
        let lastDelivered: RESPValue?
        /// Id, consumer and how often it was delivered, for each entry that is still there.
        let pending: Set<[RESPValue]>
    }

    let entries: [RESPValue]
    let lastID: RESPValue?
    let groups: [[UInt8]: Group]

    /// Reads the reply to `XINFO STREAM key FULL COUNT 0`.
    package init(_ reply: RESPValue) {
        let fields = reply.fields
        entries = fields["entries"]?.array ?? []
        lastID = fields["last-generated-id"]
        let ids = Set(entries.compactMap { $0.array?.first })
        groups = (fields["groups"]?.array ?? []).reduce(into: [:]) { groups, group in
            let group = group.fields
            let pending = (group["pending"] ?? group["pel"])?.array ?? []
            groups[group["name"]?.bytes ?? []] = Group(
                lastDelivered: group["last-delivered-id"],
                // From Redis 7.0 on, entries that were deleted cannot be claimed, and so not be copied one by
                // one.
                pending: Set(
                    pending.compactMap(\.array).filter { $0.count == 4 && ids.contains($0[0]) }.map {
                        [$0[0], $0[1], $0[3]]
                    }
                )
            )
        }
    }

    /// How another one differs, in words; `nil` if it does not.
    package func difference(to other: StreamState) -> String? {
        if entries != other.entries { return "its values differ" }
        if lastID != other.lastID { return "its last id differs" }
        if Set(groups.keys) != Set(other.groups.keys) { return "its groups differ" }
        for (name, group) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard let theirs = other.groups[name] else { continue }
            let name = PrintableBytes.text(name)
            if group.lastDelivered != theirs.lastDelivered { return "its group \(name) has got elsewhere" }
            if group.pending != theirs.pending { return "what is pending in its group \(name) differs" }
        }
        return nil
    }
}

extension RESPValue {
    /// The elements of an array as names and values by turns.
    var fields: [String: RESPValue] {
        guard let elements = array else { return [:] }
        var fields: [String: RESPValue] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            if let name = elements[index].string { fields[name] = elements[index + 1] }
        }
        return fields
    }
}
