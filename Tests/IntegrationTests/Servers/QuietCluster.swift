import TestCluster

/// A cluster with sample keys that nobody changes, shared by all tests that only read. It goes when this
/// process does.
enum QuietCluster {
    /// Of all types, 3,000 of them in one slot.
    static let keys = SampleKeys(count: 100_000, seed: 11, tagCount: 3_000)
    static let names = Set(keys.map(\.name))

    private static let starting = Task {
        var options = LocalCluster.Options()
        // So that no test shows failovers while a busy machine stands still.
        options.nodeTimeout = .seconds(15)
        options.emptyPrimaries = 1
        let cluster = try await LocalCluster.start(options)
        try await cluster.load(keys)
        try await cluster.waitForReplicas()
        return cluster
    }

    static var cluster: LocalCluster {
        get async throws { try await starting.value }
    }

    static func names(ofType type: SampleKeys.ValueType) -> Set<[UInt8]> {
        Set(keys.lazy.filter { $0.type == type }.map(\.name))
    }

    /// What the servers themselves say matches (`KEYS`).
    static func names(matching pattern: [UInt8]) async throws -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        for primary in try await cluster.primaries {
            let reply = try await cluster.command(primary.index, "KEYS", pattern)
            names.formUnion((reply.array ?? []).compactMap(\.bytes))
        }
        return names
    }
}
