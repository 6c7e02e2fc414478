public import ClusterScan

extension ClusterScanner {
    /// Tells whether another scanner reads the very same keys: the same cluster, or the same database of the
    /// same server, whatever addresses lead there.
    ///
    /// Clusters are known by the ids of their primaries, servers without cluster mode by their run id.
    ///
    /// - Parameter other: The other scanner.
    /// - Returns: Whether both read the same keys.
    /// - Throws: `ClusterScanError` if one of them cannot be reached.
    public func readsSameKeys(as other: ClusterScanner) async throws -> Bool {
        guard database == other.database else { return false }
        let (mine, theirs) = (try await topology(), try await other.topology())
        guard mine.isCluster == theirs.isCluster else { return false }
        if mine.isCluster {
            return !Set(mine.shards.map(\.primary.id)).isDisjoint(with: theirs.shards.map(\.primary.id))
        }
        return try await runIDs(mine) == other.runIDs(theirs)
    }

    private func runIDs(_ topology: ClusterTopology) async throws -> [RunID] {
        var ids: [RunID] = []
        for shard in topology.shards {
            let address = shard.primary.address
            let info = try await send("INFO", "server", to: address).string ?? ""
            let lines = info.split(whereSeparator: \.isNewline)
            let id = lines.first { $0.hasPrefix("run_id:") }.flatMap { RunID(String($0.dropFirst(7))) }
            guard let id else {
                throw ClusterScanError(.protocolViolation, "INFO server names no run_id", at: address)
            }
            ids.append(id)
        }
        return ids
    }

    /// The largest argument that every primary takes (`proto-max-bulk-len`), in bytes; the servers' default
    /// where they do not tell.
    func maximumArgumentBytes() async throws -> Int {
        var smallest = 512 << 20
        for shard in try await topology().shards {
            let reply = try? await send("CONFIG", "GET", "proto-max-bulk-len", to: shard.primary.address)
            if let limit = reply?.array?.last?.string.flatMap({ Int($0) }) { smallest = min(smallest, limit) }
        }
        return smallest
    }
}
