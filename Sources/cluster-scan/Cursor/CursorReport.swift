package import ClusterScan

/// A cursor in words, and as JSON.
package struct CursorReport {
    private let inspection: ScanCursor.Inspection?

    package init(_ cursor: ScanCursor) {
        inspection = cursor.inspection
    }

    package var text: String {
        guard let inspection else {
            return "The cursor 0: an iteration starts with it, and ends when it is returned.\n"
        }
        let open = inspection.wanted.subtracting(inspection.covered)
        let query = HexadecimalDigits.text(inspection.queryDigest, digits: 16)
        let topology = HexadecimalDigits.text(UInt64(inspection.topologyFingerprint), digits: 8)
        let lines = [
            "An iteration that is under way.",
            "",
            "keys returned   \(NumberText.grouped(inspection.keysReturned))",
            "slots wanted    \(SlotText.counted(inspection.wanted))",
            "slots covered   \(SlotText.counted(inspection.covered))",
            "still to cover  \(SlotText.counted(open))",
            "query           \(query), a digest of MATCH, TYPE and database",
            "topology        \(topology), a digest of the primaries that are counted below",
        ]
        let lanes = inspection.lanes.flatMap { lane in
            let (id, run) = (lane.process.nodeIDPrefix, lane.process.runIDPrefix)
            let isAsked = run.contains { $0 != "0" }
            return [
                "",
                "node \(lane.nodeIndex)",
                "  is            id \(id)…" + (isAsked ? ", run id \(run)…" : ", not asked yet"),
                "  config epoch  \(lane.process.configEpoch)",
                "  reads         \(SlotText.counted(lane.slots)), \(CursorReport.words(lane.purpose))",
                "  stands        \(CursorReport.words(lane.position))",
            ]
        }
        return (lines + lanes).joined(separator: "\n") + "\n"
    }

    private static func words(_ purpose: ScanCursor.Purpose) -> String {
        switch purpose {
        case .owner: "which it serves"
        case .migrationSource(let destination): "which are moving from it to node \(destination)…"
        case .migrationDestination(let source): "which are moving to it from node \(source.nodeIDPrefix)…"
        }
    }

    private static func words(_ position: ScanCursor.Position) -> String {
        switch position {
        case .server(0): "at the beginning"
        case .server(let cursor): "at the server's SCAN cursor \(cursor)"
        case .slots(let next): "before slot \(next)"
        case .walked: "at the end; its slots are still to be checked"
        }
    }

    package var json: JSONText {
        guard let inspection else { return .object([("state", .string("start"))]) }
        return .object([
            ("state", .string("in progress")),
            ("keys_returned", .string(String(inspection.keysReturned))),
            ("wanted_slots", .string(inspection.wanted.description)),
            ("covered_slots", .string(inspection.covered.description)),
            ("query_digest", .string(HexadecimalDigits.text(inspection.queryDigest, digits: 16))),
            (
                "topology_fingerprint",
                .string(HexadecimalDigits.text(UInt64(inspection.topologyFingerprint), digits: 8))
            ),
            ("nodes", .array(inspection.lanes.map(CursorReport.json))),
        ])
    }

    private static func json(_ lane: ScanCursor.Lane) -> JSONText {
        var members: [(name: String, value: JSONText)] = [
            ("node_index", .number(lane.nodeIndex)),
            ("node_id_prefix", .string(lane.process.nodeIDPrefix)),
            ("run_id_prefix", .string(lane.process.runIDPrefix)),
            ("config_epoch", .string(String(lane.process.configEpoch))),
            ("slots", .string(lane.slots.description)),
        ]
        switch lane.purpose {
        case .owner: break
        case .migrationSource(let destination): members.append(("moving_to", .string(destination)))
        case .migrationDestination(let source): members.append(("moving_from", .string(source.nodeIDPrefix)))
        }
        switch lane.position {
        case .server(let cursor): members.append(("server_cursor", .string(String(cursor))))
        case .slots(let next): members.append(("slots_read_below", .number(next)))
        case .walked: members.append(("walked", .bool(true)))
        }
        return .object(members)
    }
}
