import ClusterScan
import TestCluster

extension LocalCluster {
    /// The names that the primaries hold, by the servers' own word (`KEYS`).
    func names(matching pattern: String = "*") async throws -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        for primary in primaries {
            let reply = try await command(primary.index, "KEYS", Array(pattern.utf8))
            names.formUnion((reply.array ?? []).compactMap(\.bytes))
        }
        return names
    }

    /// The `PTTL` of each name, asked of its owner.
    func lifetimes(of names: [[UInt8]]) async throws -> [[UInt8]: Int] {
        var lifetimes: [[UInt8]: Int] = [:]
        let slots = try await owners()
        for (owner, names) in Dictionary(grouping: names, by: { slots[KeySlot.of($0)] }) {
            let replies = try await withConnection(to: owner) { connection in
                try names.map { try connection.checked("PTTL", $0).integer ?? -3 }
            }
            for (name, reply) in zip(names, replies) { lifetimes[name] = reply }
        }
        return lifetimes
    }

    /// Moves slots there and back, a few keys at a time, until the task is cancelled.
    func moveSlots(ofTags tags: [String]) async throws {
        let owners = try await owners()
        var moves = tags.map { tag in
            let slot = KeySlot.of(Array(tag.utf8))
            return SlotMove(slot: slot, source: owners[slot], destination: (owners[slot] + 1) % 3)
        }
        while !Task.isCancelled {
            for move in moves where !Task.isCancelled {
                try await begin(move)
                for _ in 0..<6 {
                    try await moveKeys(move, atMost: 50)
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await moveKeys(move)
                try await end(move)
            }
            try await waitUntilAgreed()
            moves = moves.map { SlotMove(slot: $0.slot, source: $0.destination, destination: $0.source) }
        }
    }
}
