/// Which shards something is being done to.
///
/// Different faults strike at the same time, but not the same shard. This leaves out a case that is real: a
/// server before Redis 8 forgets at a failover that it was sending a slot away. No node answers for the keys
/// already sent until `redis-cli --cluster fix` brings them back, and an iteration that runs meanwhile misses
/// them and ends as complete.
actor ShardLocks {
    private var busy: Set<Int> = []

    /// Waits until all of the shards are free, then takes them.
    ///
    /// - Returns: Whether they were taken; not if `isOver` before that.
    func take(_ shards: Set<Int>, unless isOver: @Sendable () -> Bool) async throws -> Bool {
        while !busy.isDisjoint(with: shards) {
            if isOver() { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        busy.formUnion(shards)
        return true
    }

    func release(_ shards: Set<Int>) {
        busy.subtract(shards)
    }
}
