/// Which server process a lane reads, and the config epoch it had when the lane started: what must be
/// unchanged for the lane's cursor to mean anything and for its slots to be credited.
package struct ProcessMark: Hashable, Sendable {
    /// The leading 64 bits of the node id.
    package var node: UInt64
    /// The leading 64 bits of the run id.
    package var run: UInt64
    /// The node's config epoch.
    package var epoch: UInt64

    package init(node: UInt64, run: UInt64, epoch: UInt64) {
        self.node = node
        self.run = run
        self.epoch = epoch
    }

    package init(_ status: NodeStatus) {
        self.init(node: status.nodeID.prefix, run: status.runID.prefix, epoch: status.configEpoch)
    }

    /// Whether the status comes from the very process that was marked.
    package func isSameProcess(as status: NodeStatus) -> Bool {
        node == status.nodeID.prefix && run == status.runID.prefix
    }
}
