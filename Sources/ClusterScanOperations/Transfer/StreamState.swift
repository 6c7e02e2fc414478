package import ClusterScan

/// A whole stream: entries, the last id, and its groups with what each of them has handed out and not got
/// acknowledged.
package struct StreamState: Sendable {
    /// An entry that was handed out. It may have been deleted from the stream since.
    struct Pending: Sendable {
        /// When it was handed out.
        enum Moment: Sendable {
            case at(milliseconds: Int64)
            case ago(milliseconds: Int64)
        }

        let id: String
        let consumer: [UInt8]
        let moment: Moment
        let deliveries: Int64
    }

    struct Group: Sendable {
        let name: [UInt8]
        let lastDelivered: [UInt8]
        /// `nil` before Redis 7.0, and where the server does not know.
        let entriesRead: Int64?
        let consumers: [[UInt8]]
        let pending: [Pending]
    }

    let entries: [StreamEntry]
    let position: StreamPosition
    let groups: [Group]
    /// Whether all that the server said was understood.
    let isWhole: Bool

    /// Reads the reply to `XINFO STREAM key FULL COUNT 0`, which servers have since Redis 6.0.
    package init(_ reply: RESPValue) {
        let fields = reply.fields
        let all = fields["entries"]?.array ?? []
        entries = all.compactMap(StreamEntry.init)
        position = StreamPosition(fields)
        let found = fields["groups"]?.array ?? []
        groups = found.compactMap { Group($0.fields) }
        isWhole = entries.count == all.count && groups.count == found.count && position.last != nil
    }

    /// How another one differs, in words; `nil` if it does not. When entries were delivered, and which
    /// consumer has none, does not count; what older servers do not know, neither.
    package func difference(to other: StreamState) -> String? {
        if entries != other.entries { return "its values differ" }
        if let difference = position.difference(to: other.position) { return difference }
        let theirs = Dictionary(other.groups.map { ($0.name, $0) }) { first, _ in first }
        if Set(groups.map(\.name)) != Set(theirs.keys) { return "its groups differ" }
        for group in groups {
            guard let other = theirs[group.name] else { continue }
            if let difference = group.difference(to: other) { return difference }
        }
        return nil
    }
}

/// How far a stream has got.
struct StreamPosition: Sendable {
    let last: [UInt8]?
    /// Since Redis 7.0.
    let entriesAdded: Int64?
    let maxDeleted: [UInt8]?

    /// That of a stream to which nothing was ever added.
    static let start = StreamPosition(last: "0-0", entriesAdded: 0, maxDeleted: "0-0")

    private init(last: String, entriesAdded: Int64, maxDeleted: String) {
        (self.last, self.entriesAdded) = (Array(last.utf8), entriesAdded)
        self.maxDeleted = Array(maxDeleted.utf8)
    }

    /// Takes the fields of `XINFO STREAM`.
    init(_ fields: [String: RESPValue]) {
        last = fields["last-generated-id"]?.bytes
        entriesAdded = fields["entries-added"]?.integer
        maxDeleted = fields["max-deleted-entry-id"]?.bytes
    }

    func difference(to other: StreamPosition) -> String? {
        last == other.last ? nil : "its last id differs"
    }
}

extension StreamState.Group {
    /// Takes the fields of a group in `XINFO STREAM … FULL`, or of one in `XINFO GROUPS`, where consumers and
    /// pending entries are numbers.
    init?(_ fields: [String: RESPValue]) {
        guard let name = fields["name"]?.bytes, let last = fields["last-delivered-id"]?.bytes else {
            return nil
        }
        self.name = name
        lastDelivered = last
        entriesRead = fields["entries-read"]?.integer
        consumers = (fields["consumers"]?.array ?? []).compactMap { $0.fields["name"]?.bytes }
        // `pel` is how 6.0 called it.
        let entries = (fields["pending"]?.array ?? fields["pel"]?.array ?? [])
        pending = entries.compactMap { entry in
            guard let parts = entry.array, parts.count == 4, let time = parts[2].integer else { return nil }
            return StreamState.Pending(parts, .at(milliseconds: time))
        }
    }

    fileprivate func difference(to other: Self) -> String? {
        let shown = PrintableBytes.text(name)
        if lastDelivered != other.lastDelivered { return "its group \(shown) has got elsewhere" }
        if let entriesRead, let theirs = other.entriesRead, entriesRead != theirs {
            return "its group \(shown) has read another number of entries"
        }
        func set(_ pending: [StreamState.Pending]) -> Set<[RESPValue]> {
            Set(
                pending.map {
                    [.bulkString(Array($0.id.utf8)), .bulkString($0.consumer), .integer($0.deliveries)]
                }
            )
        }
        guard set(pending) == set(other.pending) else {
            return "what is pending in its group \(shown) differs"
        }
        return nil
    }
}

extension StreamState.Pending {
    /// Takes id, consumer, a time and a count.
    init?(_ parts: [RESPValue], _ moment: Moment) {
        guard parts.count == 4, let id = parts[0].string, let consumer = parts[1].bytes,
            let deliveries = parts[3].integer
        else { return nil }
        self.init(id: id, consumer: consumer, moment: moment, deliveries: deliveries)
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
