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

    /// Carries out moves one after the other, as fast as the nodes of a cluster of three primaries take them.
    /// No slot may come twice.
    func carryOutQuickly(_ moves: [SlotMove]) async throws {
        try await onOwnThread {
            let lines = try primaries.map { try connect(to: $0.index) }
            for move in moves { try carryOut(move, lines) }
        }
    }

    /// Has two nodes hand a slot to each other until it is over, each time above the epoch of the other.
    func handOver(_ move: SlotMove, untilOver isOver: @escaping @Sendable () -> Bool) async throws {
        try await onOwnThread {
            let lines = try primaries.map { try connect(to: $0.index) }
            var move = move
            while !isOver() {
                try carryOut(move, lines)
                // A message from before would leave the slot to nobody.
                while Set(try lines.map { try currentEpoch($0) }).count > 1 {}
                move = SlotMove(slot: move.slot, source: move.destination, destination: move.source)
            }
        }
    }

    private func currentEpoch(_ line: RespConnection) throws -> Substring? {
        let info = try line.checked("CLUSTER", "INFO").text ?? ""
        let lines: [Substring] = info.split(whereSeparator: \.isNewline)
        return lines.first { $0.hasPrefix("cluster_current_epoch:") }
    }

    private func carryOut(_ move: SlotMove, _ lines: [RespConnection]) throws {
        let (source, destination) = (nodes[move.source], nodes[move.destination])
        try lines[destination.index].checked("CLUSTER", "SETSLOT", move.slot, "IMPORTING", source.id)
        try lines[source.index].checked("CLUSTER", "SETSLOT", move.slot, "MIGRATING", destination.id)
        let reply = try lines[source.index].checked("CLUSTER", "GETKEYSINSLOT", move.slot, 1_000_000)
        let keys: [any RespArgument] = (reply.array ?? []).compactMap(\.bytes)
        if !keys.isEmpty {
            let way: [any RespArgument] = [destination.host, destination.port, "", 0, 10_000, "KEYS"]
            _ = try lines[source.index].checked(["MIGRATE"] + way + keys)
        }
        for line in [lines[destination.index]] + lines {
            try line.checked("CLUSTER", "SETSLOT", move.slot, "NODE", destination.id)
        }
    }

    func takeMarks(off slot: Int, at node: Int) async throws {
        try await command(node, "CLUSTER", "SETSLOT", slot, "STABLE")
    }

    func keyCount(inSlot slot: Int, at node: Int) async throws -> Int {
        try await command(node, "CLUSTER", "COUNTKEYSINSLOT", slot).integer ?? 0
    }
}
