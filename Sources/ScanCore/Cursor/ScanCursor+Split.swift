extension ScanCursor {
    /// Divides what is left of an iteration among several workers: a batch job array, the tasks of a Spark
    /// stage, indexed jobs of Kubernetes.
    ///
    /// Each part is a cursor of the same query, to be resumed by any process, anywhere, in any order. No two
    /// parts have a slot in common, and together they have every slot that this cursor still wants; so
    /// every key comes from one part. Use the parts in place of this cursor, not in addition to it.
    ///
    /// Slots are dealt out so that parts have about equally many keys, and nodes are divided among as few
    /// parts as that allows, because a worker may have to walk a whole node for its part of it. A lane in
    /// progress stays in one part unless it alone holds more than twice the average, or there would be
    /// fewer parts than asked for. Where it is divided, each part takes up the lane's server cursor and
    /// returns the keys of its own slots. No part then has more than twice the average, and a little for
    /// slots that cannot be divided.
    ///
    /// ```swift
    /// let parts = try ScanCursor.start.split(into: 8, topology: topology)
    /// for (index, part) in parts.enumerated() {
    ///     try submit(index, arguments: ["--cursor", part.description])
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - parts: How many parts to make; less than 1 counts as 1. There are fewer only where fewer slots are
    ///     left, and none if the iteration has ended.
    ///   - query: The query of the iteration.
    ///   - topology: Which node serves which slots.
    ///   - keyCounts: How many keys each primary holds (`DBSIZE`). Where a count is missing, the average of
    ///     the others stands for it; without any, slots count alike.
    /// - Returns: The parts, the same for the same arguments. The first one carries the number of keys
    ///   returned so far. A part is never empty.
    /// - Throws: ``ScanCursorError/otherQuery`` if the cursor belongs to another query.
    /// - Complexity: O(slots + lanes × parts).
    public func split(
        into parts: Int,
        query: ScanQuery = ScanQuery(),
        topology: ClusterTopology,
        keyCounts: [NodeID: Int] = [:]
    ) throws(ScanCursorError) -> [ScanCursor] {
        let whole = try progress(of: query)
        guard !whole.isFinished else { return [] }
        let costs = SlotCosts(topology: topology, keyCounts: keyCounts)
        let plan = SplitPlan(of: whole, into: max(1, parts), costs: costs)
        return plan.parts.enumerated().map { index, part in
            var progress = ScanProgress(queryDigest: whole.queryDigest, wanted: part.slots)
            progress.fingerprint = whole.fingerprint
            progress.mark = whole.mark
            progress.lanes = part.lanes
            progress.losses = whole.losses.compactMap { $0.part(in: part.slots) }.sorted()
            progress.keysReturned = index == 0 ? whole.keysReturned : 0
            return ScanCursor(progress)
        }
    }
}
