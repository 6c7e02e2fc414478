package import ClusterScan

/// The nodes of a cluster as a table, and as JSON.
package struct NodeTable {
    private let nodes: [NodeOverview]
    /// Slots that no node has which the cluster takes for sound.
    private let unserved: SlotSet
    /// Slots whose owner did not answer.
    private let silent: SlotSet
    private let keysByDatabase: [(database: Int, keys: Int)]

    /// - Parameters:
    ///   - nodes: Each primary followed by its replicas.
    ///   - keysByDatabase: How many keys the primaries have in each database, as far as is known.
    package init(_ nodes: [NodeOverview], keysByDatabase: [Int: Int] = [:]) {
        self.nodes = nodes
        self.keysByDatabase = keysByDatabase.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        // A node that the cluster has declared failed serves nothing until it is back or replaced.
        let sound = nodes.filter { $0.linkState != .failed }
        unserved = sound.reduce(into: SlotSet.all) { $0.subtract($1.slots) }
        silent = sound.reduce(into: SlotSet()) { if !$1.isAnswering { $0.formUnion($1.slots) } }
    }

    /// Whether every slot has an owner that answered.
    package var isCovered: Bool { unserved.isEmpty && silent.isEmpty }

    /// The table.
    ///
    /// - Parameter width: The number of columns to fit into, where long lists of slots are cut; `nil` for no
    ///   limit.
    /// - Returns: The lines, each with its line end.
    package func text(width: Int?) -> String {
        let columns = Column.all.filter { $0.isNeeded(self) }
        var table = TextTable(columns.map { ($0.title, $0.alignment) } + [("SLOTS", .left)])
        let rows = nodes.map { node in columns.map { $0.text(self, node) } }
        for row in rows { table.append(row + [""]) }
        let room = width.map { max(8, table.room(width: $0)) } ?? .max
        var full = TextTable(table.columns)
        for (row, node) in zip(rows, nodes) {
            full.append(row + [SlotText.ranges(node.slots, atMost: room)])
        }
        return (full.lines + [""] + summary).joined(separator: "\n") + "\n"
    }

    /// A column; those that would tell nothing are left out.
    private struct Column {
        let title: String
        var alignment = TextTable.Alignment.left
        var isNeeded: (NodeTable) -> Bool = { _ in true }
        let text: (NodeTable, NodeOverview) -> String

        static var all: [Column] {
            [
                Column(title: "NODE") { $0.indent($1) + $0.address($1) },
                Column(title: "ROLE") { $1.role.description },
                Column(title: "LINK", isNeeded: { $0.nodes.contains { $0.linkState != .connected } }) {
                    $1.linkState == .connected ? "ok" : $1.linkState.rawValue
                },
                Column(title: "KEYS", alignment: .right) { $1.keys.map(NumberText.grouped) ?? "-" },
                Column(
                    title: "MEMORY",
                    alignment: .right,
                    isNeeded: { $0.nodes.contains { $0.memory != nil } }
                ) {
                    $1.memory.map { ByteText.text(UInt64($0)) } ?? "-"
                },
                Column(
                    title: "LAG",
                    alignment: .right,
                    isNeeded: { $0.nodes.contains { $0.isFollowing != nil } }
                ) {
                    $0.lag($1)
                },
                Column(title: "VERSION", isNeeded: { Set($0.nodes.compactMap(\.version)).count > 1 }) {
                    $1.version?.description ?? "-"
                },
                Column(title: "EPOCH", alignment: .right) { String($1.configEpoch) },
                Column(title: "ID") { $1.id == .standalone ? "-" : String($1.id.description.prefix(8)) },
                Column(title: "COUNT", alignment: .right) {
                    $1.slots.isEmpty ? "" : NumberText.grouped($1.slots.count)
                },
            ]
        }
    }

    private func primary(of node: NodeOverview) -> NodeOverview? {
        guard case .replica(let id) = node.role else { return nil }
        return nodes.first { $0.id == id }
    }

    /// How many bytes of changes a replica is behind its primary; `nil` if one of the two did not say so.
    private func bytesBehind(_ node: NodeOverview) -> UInt64? {
        guard let there = primary(of: node)?.replicationOffset, let here = node.replicationOffset else {
            return nil
        }
        // The replica was asked a moment later.
        return there > here ? there - here : 0
    }

    private func lag(_ node: NodeOverview) -> String {
        guard node.role != .primary else { return "" }
        guard node.isFollowing != false else { return "cut off" }
        return bytesBehind(node).map { ByteText.text($0) } ?? "-"
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
        let uncounted = primaries.count { $0.keys == nil }
        let counts = [
            "\(primaries.count) \(primaries.count == 1 ? "primary" : "primaries")",
            NumberText.counted(replicas, "replica"),
            "\(NumberText.counted(keys, "key")) on primaries"
                + (uncounted > 0 ? ", not counting \(uncounted) that did not answer" : ""),
        ]
        var lines = [counts.joined(separator: ", ")]
        if keysByDatabase.contains(where: { $0.database != 0 }) {
            let list = keysByDatabase.map { "db\($0.database) \(NumberText.grouped($0.keys))" }
            lines.append("Keys by database: \(list.joined(separator: ", "))")
        }
        let versions = Set(nodes.compactMap(\.version))
        if let version = versions.first, versions.count == 1 { lines.append("All run \(version).") }
        let cutOff = nodes.filter { $0.isFollowing == false }
        if !cutOff.isEmpty {
            lines.append(
                "\(NumberText.counted(cutOff.count, "replica")) cut off from the primary or still copying it: "
                    + "\(list(cutOff.map(address)))."
            )
        }
        if !migrations.isEmpty {
            lines.append(
                "\(NumberText.counted(migrations.count, "slot")) half moved: \(list(migrations)). Where no "
                    + "resharding is under way, redis-cli --cluster fix ends that."
            )
        }
        if !unserved.isEmpty {
            lines.append("NOT FULLY COVERED: no working node serves \(SlotText.counted(unserved)).")
        }
        if !silent.isEmpty {
            lines.append("NOT FULLY COVERED: the owner of \(SlotText.counted(silent)) did not answer.")
        }
        if isCovered { lines.append("All \(NumberText.grouped(HashSlot.count)) slots are served.") }
        return lines
    }

    /// The first few of many.
    private func list(_ words: [String]) -> String {
        let shown = words.prefix(5).joined(separator: ", ")
        return words.count > 5 ? shown + " and \(NumberText.grouped(words.count - 5)) more" : shown
    }

    /// Slots that are marked at one end or at both, with where they go.
    private var migrations: [String] {
        var ends: [HashSlot: (from: String?, to: String?)] = [:]
        func name(_ id: NodeID) -> String {
            nodes.first { $0.id == id }.map(address) ?? String(id.description.prefix(8))
        }
        for node in nodes where node.role == .primary {
            for (slot, id) in node.migrating { ends[slot] = (name(node.id), ends[slot]?.to ?? name(id)) }
            for (slot, id) in node.importing { ends[slot] = (ends[slot]?.from ?? name(id), name(node.id)) }
        }
        return ends.sorted { $0.key < $1.key }.map { slot, ends in
            "\(slot) from \(ends.from ?? "?") to \(ends.to ?? "?")"
        }
    }

    /// The same for programs.
    package var json: JSONText {
        .object([
            ("nodes", .array(nodes.map(json))),
            ("unserved_slots", .string(unserved.union(silent).description)),
            ("keys_by_database", .object(keysByDatabase.map { ("\($0.database)", .number($0.keys)) })),
        ])
    }

    private func json(_ node: NodeOverview) -> JSONText {
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
            ("answers", .bool(node.isAnswering)),
            ("memory_bytes", JSONText(node.memory)),
            ("follows", node.isFollowing.map(JSONText.bool) ?? .null),
            (
                "bytes_behind",
                JSONText(node.role == .primary ? nil : bytesBehind(node).map { Int(clamping: $0) })
            ),
            ("migrating", marks(node.migrating)),
            ("importing", marks(node.importing)),
        ])
    }

    private func marks(_ marks: [HashSlot: NodeID]) -> JSONText {
        .object(marks.sorted { $0.key < $1.key }.map { ("\($0.key)", .string($0.value.description)) })
    }
}
