/// What the coordinator wants done. The driver performs actions in order and answers with events.
package enum ScanAction: Sendable {
    /// Read the topology from any node that answers; answer with `topologyLoaded` or `topologyFailed`.
    case loadTopology
    /// Read what a node says about itself; answer with `statusRead` or `laneFailed`.
    ///
    /// Unless it must be fresh, the answer may be what the node said when the connection to it was opened:
    /// that is enough to know which process it is. The number of the request is repeated, so that a late
    /// answer is not taken for that to a later request.
    case readStatus(LaneID, of: ClusterNode, statusRequest: Int, fresh: Bool)
    /// Ask for the next page of `SCAN`, on the connection over which the node's status was read and on no
    /// other; answer with `pageRead` or `laneFailed`.
    case readPage(LaneID, of: ClusterNode, cursor: UInt64, count: Int)
    /// Take snapshots of slots and ask for the sizes of others, in one write on that same connection;
    /// answer with `slotsRead` or `laneFailed`.
    case readSlots(LaneID, of: ClusterNode, SlotBurst)
    /// Ask a node about its work, on the connection over which it is read; answer with `workRead`.
    case readWork(of: ClusterNode)
    /// Call `tick` when this much time has passed since the start.
    case wake(at: Duration)
    /// Report this to logs, metrics and the caller.
    case report(ScanEvent)
    /// Every wanted slot is covered, or was given up as the policy allows.
    case finish(ScanReport)
    /// The promise cannot be kept.
    case fail(ClusterScanError)
}

extension ScanAction {
    /// Whether the action brings keys, so that it may have to wait for the consumer.
    package var isRead: Bool {
        switch self {
        case .readPage, .readSlots: true
        default: false
        }
    }
}
