/// R11: a replica is read only while it follows, and from where its primary stood when the lane opened: then
/// it has every key that was there at the start.
extension ScanCoordinator {
    enum ReplicaStanding {
        case follows
        /// It follows, and has not come far enough yet.
        case isBehind(until: UInt64)
        case isOfNoUse(String)
    }

    /// How often a replica is asked whether it has caught up, or whether it answers by now.
    static let mostTriesOfReplica = 6

    func standing(of replica: NodeStatus, behind primary: NodeStatus, in lane: Lane) -> ReplicaStanding {
        guard replica.role == .replica(of: primary.nodeID) else {
            return .isOfNoUse("it does not replicate the node that owns the slots")
        }
        guard let own = replica.replication, let offset = lane.neededOffset ?? primary.replication?.offset
        else {
            return .isOfNoUse("how far it has come is not known (INFO replication)")
        }
        guard own.follows else {
            return .isOfNoUse("its link to its primary is down, or it is being copied to")
        }
        return own.offset >= offset ? .follows : .isBehind(until: offset)
    }

    /// Whether the lane may read its replica; if not, another node is read or the replica asked again.
    mutating func mayOpenReplica(
        _ id: LaneID,
        _ replica: NodeStatus,
        behind primary: NodeStatus,
        now: Duration
    ) -> Bool {
        guard let lane = lanes[id] else { return false }
        switch standing(of: replica, behind: primary, in: lane) {
        case .follows:
            return true
        case .isBehind(let offset):
            lanes[id]?.neededOffset = offset
            let message = "the replica has not come as far as its primary"
            guard lane.failures < Self.mostTriesOfReplica else {
                passOver(id, message, now: now)
                return false
            }
            laneFailed(id, ScanFailure(.wait, .slotsNotCovered, message, at: lane.node.address), now: now)
            return false
        case .isOfNoUse(let reason):
            passOver(id, reason, now: now)
            return false
        }
    }

    private mutating func passOver(_ id: LaneID, _ reason: String, now: Duration) {
        guard let lane = lanes[id] else { return }
        avoided.insert(lane.node.id)
        tally.retries += 1
        act(
            .report(
                .retrying(lane.node.address, reason: "the replica is passed over: \(reason)", pause: .zero)
            )
        )
        lanes[id] = nil
        plan(now: now)
    }
}
