import ClusterScan

/// What looking for stale entries of a lookup came to.
public struct LookupPruning: Sendable {
    /// Entries that were looked at.
    public internal(set) var checked: UInt64 = 0
    /// Entries that name a key which does not have the value, or is gone. They were removed, if that was
    /// asked for.
    public internal(set) var stale: UInt64 = 0
    /// Some of those.
    public internal(set) var samples: [(value: [UInt8], key: [UInt8])] = []
    /// Entries that could not be judged, and which were left alone.
    public internal(set) var untold: UInt64 = 0

    init() {}
}

extension LookupBuilder {
    /// Looks at every entry of the lookup, and removes those that do not hold any more.
    ///
    /// An entry holds as long as its key is a hash whose field has the value, whatever glob the key matches:
    /// other runs may have added entries for other keys.
    ///
    /// - Parameter writing: Whether to remove stale entries; otherwise they are only counted.
    /// - Returns: What was found.
    /// - Throws: `ClusterScanError`, or `CancellationError`.
    public func prune(writing: Bool) async throws -> LookupPruning {
        var pruning = LookupPruning()
        switch lookup.layout {
        case .hash:
            var page: [Entry] = []
            for try await (value, key) in scanner.hscan(lookup.name) {
                page.append(Entry(value: value, key: key))
                if page.count >= Self.pageSize { try await check(&page, &pruning, writing: writing) }
            }
            try await check(&page, &pruning, writing: writing)
        case .keys, .sets:
            for try await batch in scanner.batches(match: lookup.pattern) {
                var page = try await entries(under: batch.keys)
                try await check(&page, &pruning, writing: writing)
            }
        }
        return pruning
    }

    private struct Entry {
        let value: [UInt8]
        let key: [UInt8]
    }

    private static let pageSize = 4000

    private func entries(under keys: KeyBatch) async throws -> [Entry] {
        let names = keys.map(\.bytes)
        let answers = try await scanner.answers(
            to: names.map {
                KeyCommand(lookup.layout == .sets ? "SMEMBERS" : "GET", key: $0, isRepeatable: true)
            },
            options: options
        )
        return zip(names, answers).flatMap { name, answer -> [Entry] in
            let value = Array(name.dropFirst(lookup.prefix.count))
            let members = answer.value?.array?.compactMap(\.bytes) ?? answer.bytes.map { [$0] } ?? []
            return members.map { Entry(value: value, key: $0) }
        }
    }

    private func check(
        _ page: inout [Entry],
        _ pruning: inout LookupPruning,
        writing: Bool
    ) async throws {
        guard !page.isEmpty else { return }
        var stale: [Entry] = []
        for (entry, answer) in zip(page, try await values(of: page.map(\.key))) {
            pruning.checked += 1
            switch answer {
            case .value(let value) where value.bytes == entry.value: break
            case .value: stale.append(entry)
            case .refused(let error) where error.code == "WRONGTYPE": stale.append(entry)
            default: pruning.untold += 1
            }
        }
        pruning.stale += UInt64(stale.count)
        for entry in stale.prefix(LookupStatistics.sampleLimit - pruning.samples.count) {
            pruning.samples.append((entry.value, entry.key))
        }
        page = []
        guard writing else { return }
        _ = try await scanner.answers(
            to: stale.map { lookup.removing($0.value, $0.key) },
            options: options
        )
    }
}
