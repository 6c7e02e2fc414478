import TestCluster

/// A slot on its way from one node to another, in the steps that resharding tools take.
struct SlotMove: Sendable {
    let slot: Int
    let source: Int
    let destination: Int
}

extension LocalCluster {
    /// Sets both marks; no key moves yet.
    func begin(_ move: SlotMove) async throws {
        try await markImporting(move)
        try await markMigrating(move)
    }

    func markImporting(_ move: SlotMove) async throws {
        try await command(
            move.destination,
            "CLUSTER",
            "SETSLOT",
            move.slot,
            "IMPORTING",
            nodes[move.source].id
        )
    }

    func markMigrating(_ move: SlotMove) async throws {
        try await command(
            move.source,
            "CLUSTER",
            "SETSLOT",
            move.slot,
            "MIGRATING",
            nodes[move.destination].id
        )
    }

    /// Moves some of the slot's keys, or all.
    func moveKeys(_ move: SlotMove, atMost limit: Int = 1_000_000) async throws {
        let (host, port) = (nodes[move.destination].host, nodes[move.destination].port)
        try await withConnection(to: move.source) { connection in
            let names = try connection.checked("CLUSTER", "GETKEYSINSLOT", move.slot, limit).array ?? []
            guard !names.isEmpty else { return }
            let keys: [any RespArgument] = names.compactMap(\.bytes)
            _ = try connection.checked(["MIGRATE", host, port, "", 0, 10_000, "KEYS"] + keys)
        }
    }

    /// Gives the slot to its new owner, which must hold all of its keys. Before a slot comes back, or another
    /// one goes elsewhere, let the nodes agree: epochs that collide can leave a slot that nobody owns.
    func end(_ move: SlotMove) async throws {
        let id = nodes[move.destination].id
        let others = primaries.map(\.index).filter { $0 != move.destination && $0 != move.source }
        for node in [move.destination, move.source] + others {
            try await command(node, "CLUSTER", "SETSLOT", move.slot, "NODE", id)
        }
    }

    func carryOut(_ move: SlotMove) async throws {
        try await begin(move)
        try await moveKeys(move)
        try await end(move)
        try await waitUntilAgreed()
    }

    func takeMarks(off slot: Int, at node: Int) async throws {
        try await command(node, "CLUSTER", "SETSLOT", slot, "STABLE")
    }

    func keyCount(inSlot slot: Int, at node: Int) async throws -> Int {
        try await command(node, "CLUSTER", "COUNTKEYSINSLOT", slot).integer ?? 0
    }
}
