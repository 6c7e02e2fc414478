package import ClusterScan

/// The nodes of a cluster as a table, and as JSON.
package struct NodeTable {
    private let nodes: [NodeOverview]
    private let unserved: SlotSet
    private let keysByDatabase: [(database: Int, keys: Int)]

    /// - Parameters:
    ///   - nodes: Each primary followed by its replicas.
    ///   - keysByDatabase: How many keys the primaries have in each database, as far as is known.
    package init(_ nodes: [NodeOverview], keysByDatabase: [Int: Int] = [:]) {
        self.nodes = nodes
        self.keysByDatabase = keysByDatabase.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        // A node that the cluster has declared failed serves nothing until it is back or replaced.
        unserved = nodes.reduce(into: SlotSet.all) { if $1.linkState != .failed { $0.subtract($1.slots) } }
    }

    /// The table.
    ///
    /// - Parameter width: The number of columns to fit into, where long lists of slots are cut; `nil` for no
    ///   limit.
    /// - Returns: The lines, each with its line end.
    package func text(width: Int?) -> String {
        let showsLink = nodes.contains { $0.linkState != .connected }
        var table = TextTable(
            [("NODE", .left), ("ROLE", .left)] + (showsLink ? [("LINK", .left)] : [])
                + [("KEYS", .right), ("EPOCH", .right), ("ID", .left), ("COUNT", .right), ("SLOTS", .left)]
        )
        var lists: [SlotSet] = []
        let rows = nodes.map { node in
            lists.append(node.slots)
            return [indent(node) + address(node), node.role.description]
                + (showsLink ? [node.linkState == .connected ? "ok" : node.linkState.rawValue] : [])
                + [
                    node.keys.map(NumberText.grouped) ?? "-", String(node.configEpoch),
                    node.id == .standalone ? "-" : String(node.id.description.prefix(8)),
                    node.slots.isEmpty ? "" : NumberText.grouped(node.slots.count),
                ]
        }
        for row in rows { table.append(row + [""]) }
        let room = width.map { max(8, table.room(width: $0)) } ?? .max
        var full = TextTable(table.columns)
        for (row, slots) in zip(rows, lists) {
            full.append(row + [SlotText.ranges(slots, atMost: room)])
        }
        return (full.lines + [""] + summary).joined(separator: "\n") + "\n"
    }

    private func address(_ node: NodeOverview) -> String {
        ConsoleText.safe(node.address?.description ?? "(address unknown)")
    }

    private func indent(_ node: NodeOverview) -> String {
        node.role == .primary ? "" : "  "
    }

    private var summary: [String] {
        let primaries = nodes.filter { $0.role == .primary }
        let replicas = nodes.count - primaries.count
        let keys = primaries.reduce(0) { $0 + ($1.keys ?? 0) }
        let silent = primaries.count { $0.keys == nil }
        let counts = [
            "\(primaries.count) \(primaries.count == 1 ? "primary" : "primaries")",
            NumberText.counted(replicas, "replica"),
            "\(NumberText.counted(keys, "key")) on primaries"
                + (silent > 0 ? ", not counting \(silent) that did not answer" : ""),
        ]
        var lines = [counts.joined(separator: ", ")]
        if keysByDatabase.contains(where: { $0.database != 0 }) {
            let list = keysByDatabase.map { "db\($0.database) \(NumberText.grouped($0.keys))" }
            lines.append("Keys by database: \(list.joined(separator: ", "))")
        }
        if unserved.isEmpty {
            lines.append("All \(NumberText.grouped(HashSlot.count)) slots are served.")
        } else {
            lines.append("NOT FULLY COVERED: no working node serves \(SlotText.counted(unserved)).")
        }
        return lines
    }

    /// The same for programs.
    package var json: JSONText {
        .object([
            ("nodes", .array(nodes.map(NodeTable.json))),
            ("unserved_slots", .string(unserved.description)),
            ("keys_by_database", .object(keysByDatabase.map { ("\($0.database)", .number($0.keys)) })),
        ])
    }

    private static func json(_ node: NodeOverview) -> JSONText {
        var primary: String?
        if case .replica(let id) = node.role { primary = id.description }
        return .object([
            ("id", .string(node.id.description)),
            ("address", JSONText(node.address?.description)),
            ("role", .string(node.role.description)),
            ("primary_id", JSONText(primary)),
            ("slots", .string(node.slots.description)),
            ("slot_count", .number(node.slots.count)),
            ("keys", JSONText(node.keys)),
            ("link", .string(node.linkState.rawValue)),
            ("config_epoch", .string(String(node.configEpoch))),
            ("version", JSONText(node.version?.description)),
        ])
    }
}
