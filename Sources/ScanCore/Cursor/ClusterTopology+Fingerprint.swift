extension ClusterTopology {
    /// Names the primaries that serve slots, in order: the node indices in a cursor mean the same nodes
    /// wherever the fingerprint is the same. Addresses, replicas and the distribution of slots do not
    /// change it.
    ///
    /// - Complexity: O(number of shards).
    public var fingerprint: UInt32 {
        var checksum = CRC32()
        for shard in shards {
            checksum.update(shard.primary.id.description.utf8)
        }
        return checksum.value
    }
}
