import TestCluster

/// The keys of a run: those that are promised, as nobody deletes them, and others that come and go meanwhile.
struct ChaosKeys: Sendable {
    /// More keys of one tag than a single snapshot may return, so that no node is read in one way only.
    static let tagCount = 11_000
    static let volatileCount = 20_000

    let required: SampleKeys
    let names: [[UInt8]]
    let indices: [[UInt8]: Int]
    let volatile: Set<[UInt8]>
    let volatileNames: [[UInt8]]
    /// All names that may exist, by slot.
    let bySlot: [[[UInt8]]]

    init(count: Int, seed: UInt64, tagCount: Int = Self.tagCount) {
        required = SampleKeys(count: count - tagCount, seed: seed, tagCount: tagCount)
        names = required.map(\.name)
        indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        volatileNames = (0..<Self.volatileCount).map { Array("volatile:\($0)".utf8) }
        volatile = Set(volatileNames)
        var bySlot = [[[UInt8]]](repeating: [], count: KeySlot.count)
        for name in names + volatileNames {
            bySlot[KeySlot.of(name)].append(name)
        }
        self.bySlot = bySlot
    }

    /// Which of the promised keys no server serves; asked slot by slot at the owners.
    func lost(in cluster: ChaosCluster) async throws -> Set<Int> {
        var owners = [Int](repeating: -1, count: KeySlot.count)
        for shard in cluster.shards {
            let node = try await cluster.primary(of: shard)
            for slot in try await cluster.slots(of: node) { owners[slot] = node }
        }
        var lost: Set<Int> = []
        for node in Set(owners).sorted() {
            guard node >= 0 else { throw TestClusterError("some slots have no owner") }
            let owners = owners
            let absent = try await cluster.local.withConnection(to: node) { connection in
                try missing(in: owners.indices.filter { owners[$0] == node }, at: connection)
            }
            lost.formUnion(absent)
        }
        return lost
    }

    private func missing(in slots: [Int], at connection: RespConnection) throws -> [Int] {
        var missing: [Int] = []
        for slot in slots {
            let expected = bySlot[slot].filter { indices[$0] != nil }
            guard !expected.isEmpty else { continue }
            guard try connection.checked(["EXISTS"] + expected) != .integer(expected.count) else { continue }
            for name in expected where try connection.checked("EXISTS", name) != .integer(1) {
                missing.append(indices[name] ?? -1)
            }
        }
        return missing
    }
}
