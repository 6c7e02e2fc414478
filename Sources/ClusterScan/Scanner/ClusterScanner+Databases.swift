extension ClusterScanner {
    /// Counts the keys of every database, those that are not read included: single servers have several, and
    /// clusters may from Valkey 9 on.
    ///
    /// - Returns: The numbers of keys by database (`INFO keyspace`), over all primaries, without empty
    ///   databases. Keys that have expired and are not deleted yet count. A primary that does not answer is
    ///   left out.
    /// - Throws: ``ClusterScanError`` if no node tells the topology.
    public func databases() async throws -> [Int: Int] {
        let topology = try await topology()
        return await withTaskGroup(of: [Int: Int].self) { group in
            for shard in topology.shards {
                group.addTask {
                    let reply = try? await self.send("INFO", "keyspace", to: shard.primary.address)
                    return KeyspaceInfo.keys(reply?.string ?? "")
                }
            }
            return await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
    }
}
