import ScanCore

/// Other servers at addresses that nodes have left (R10).
extension SimulatedCluster {
    /// Another server may take an address over, once the scan knows which cluster it reads.
    func reuse(_ address: NodeAddress) {
        after(0...3000) { [self] in
            guard isKnown, listener(at: address) == nil, !nodes.contains(where: { $0.address == address })
            else { return }
            let isNode = Bool.random(using: &random)
            count(isNode ? "address reused by a node of another cluster" : "address reused by another server")
            let server = SimulatedNode(
                id: isNode ? freshID() : .standalone,
                address: address,
                role: .primary,
                epoch: 1000
            )
            server.isForeign = true
            server.slots = Set(universe.hotSlots)
            server.process = newProcess(
                keys: universe.names.indices.filter { _ in Bool.random(using: &random) }
            )
            foreigners.append(server)
        }
    }

    /// What a server says of itself: not more than it knows.
    func status(of node: SimulatedNode, _ process: SimulatedProcess) -> NodeStatus {
        guard node.id != .standalone else {
            return NodeStatus(nodeID: .standalone, runID: process.runID)
        }
        var status = node.status(of: process)
        let age = timeline.now - process.startedAt
        status.seesMajority = node.seesMajority(at: timeline.now, knowsAfter: 5000)
        if tellsHealth {
            status.health = ClusterHealth(
                isOK: age >= Self.startWindow,
                currentEpoch: status.highestEpoch ?? 0
            )
        }
        status.uptime = .microseconds(age)
        status.replication =
            node.isPrimary
            ? ReplicationInfo(isReplica: false, offset: node.offset)
            : ReplicationInfo(
                isReplica: true,
                offset: node.offset,
                isLinkUp: node.linkDownUntil <= timeline.now,
                isSyncing: node.syncUntil > timeline.now
            )
        return status
    }
}
