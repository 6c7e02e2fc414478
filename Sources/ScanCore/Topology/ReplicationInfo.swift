/// How a node stands to its replicas, or to its primary (`INFO replication`).
package struct ReplicationInfo: Hashable, Sendable {
    /// Whether the node is a replica.
    package var isReplica: Bool
    /// How far the stream of changes has come: at a primary what it has written, at a replica what it has
    /// received and applied.
    package var offset: UInt64
    /// Whether the replica is connected to its primary.
    package var isLinkUp: Bool
    /// Whether the replica is receiving a full copy.
    package var isSyncing: Bool

    package init(isReplica: Bool, offset: UInt64, isLinkUp: Bool = true, isSyncing: Bool = false) {
        self.isReplica = isReplica
        self.offset = offset
        self.isLinkUp = isLinkUp
        self.isSyncing = isSyncing
    }

    /// Reads the text of `INFO replication`.
    ///
    /// - Parameter text: The server's answer; anything without a role and an offset gives `nil`.
    package init?(_ text: String) {
        let fields = InfoFields(text)
        switch fields["role"] {
        case "master", "primary":
            guard let offset = fields["master_repl_offset"].flatMap({ UInt64($0) }) else { return nil }
            self.init(isReplica: false, offset: offset)
        case "slave", "replica":
            // `slave_read_repl_offset` runs ahead of what has been applied.
            guard let offset = fields["slave_repl_offset"].flatMap({ UInt64($0) }) else { return nil }
            self.init(
                isReplica: true,
                offset: offset,
                isLinkUp: fields["master_link_status"] == "up",
                isSyncing: fields["master_sync_in_progress"] != "0"
            )
        default:
            return nil
        }
    }

    /// Whether a replica receives changes as they happen.
    package var follows: Bool { isReplica && isLinkUp && !isSyncing }
}

/// The lines `name:value` of a server's answer.
package struct InfoFields {
    private var values: [Substring: Substring] = [:]

    package init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[line[..<colon]] = line[line.index(after: colon)...]
        }
    }

    package subscript(name: Substring) -> Substring? { values[name] }
}
