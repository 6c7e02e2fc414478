/// How much a node is asked for at a time, and how often.
extension ScanCoordinator {
    mutating func adaptiveCount(of node: ClusterNode) -> AdaptiveCount {
        if let pace = adaptiveCounts[node.id] { return pace }
        let pace = AdaptiveCount(policy)
        adaptiveCounts[node.id] = pace
        return pace
    }

    /// Whether a node may be called now. If not, the lane rests until it may.
    mutating func mayCall(_ node: ClusterNode, for id: LaneID, now: Duration) -> Bool {
        var pace = adaptiveCount(of: node)
        guard pace.nextCall <= now else {
            lanes[id]?.phase = .resting(until: pace.nextCall)
            act(.wake(at: pace.nextCall))
            return false
        }
        if pace.takesReading(now: now) {
            adaptiveCounts[node.id] = pace
            act(.readWork(of: node))
        }
        return true
    }

    /// A node has answered about its work.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - statistics: What it says; `nil` if it does not say, or could not be asked.
    ///   - now: The time since the start.
    package mutating func workRead(of node: ClusterNode, _ statistics: CommandStatistics?, now: Duration) {
        guard !isEnded, let before = adaptiveCounts[node.id] else { return }
        adaptiveCounts[node.id]?.read(statistics, now: now)
        guard let pace = adaptiveCounts[node.id] else { return }
        if pace.isShared != before.isShared || pace.count > 2 * before.count || 2 * pace.count < before.count
        {
            act(.report(.paceChanged(node, count: pace.count, isShared: pace.isShared)))
        }
    }
}
