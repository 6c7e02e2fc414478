extension NodeStatus {
    /// Puts together what a node of a cluster says about itself.
    ///
    /// - Parameters:
    ///   - clusterNodes: The text of `CLUSTER NODES`.
    ///   - info: The text of `INFO server`.
    ///   - replication: The text of `INFO replication`, if the node gave it.
    ///   - clusterInfo: The text of `CLUSTER INFO`, if the node gave it.
    ///   - prefersHostnames: Whether the cluster announces its nodes by host name.
    /// - Throws: ``TopologyError`` if either of the first two is not understood or has no line about the node
    ///   itself.
    package init(
        clusterNodes: String,
        info: String,
        replication: String? = nil,
        clusterInfo: String? = nil,
        prefersHostnames: Bool = false
    ) throws(TopologyError) {
        let lines = try ClusterNodesLine.parse(clusterNodes)
        guard let own = lines.first(where: \.isMyself) else {
            throw TopologyError("CLUSTER NODES has no line about the node that was asked")
        }
        let server = try ServerInfo(info)
        // The server's own rule for "the cluster is up as seen from here" (clusterUpdateState): more than
        // half of the primaries that serve slots are not failing.
        let voters = lines.filter { $0.isPrimary && !$0.slots.isEmpty }
        let reachable = voters.count { !$0.isFailing }
        let seesMajority = voters.isEmpty || reachable > voters.count / 2

        if own.isPrimary {
            self.init(
                nodeID: own.id,
                runID: server.runID,
                role: .primary,
                configEpoch: own.configEpoch,
                slots: own.slots,
                migrating: own.migrating,
                importing: own.importing,
                peers: Self.peers(of: own, in: lines, prefersHostnames),
                others: Self.others(than: own, in: lines),
                seesMajority: seesMajority,
                version: server.version
            )
            learn(from: lines, own: own, server, replication: replication, clusterInfo: clusterInfo)
            for line in lines where successors.values.contains(line.id) {
                peers[line.id] = line.address(prefersHostname: prefersHostnames)
            }
            return
        }
        guard let primary = own.primary else {
            throw TopologyError("node \(own.id) is neither a primary nor a replica of one")
        }
        self.init(
            nodeID: own.id,
            runID: server.runID,
            role: .replica(of: primary),
            configEpoch: own.configEpoch,
            slots: lines.first { $0.id == primary }?.slots ?? SlotSet(),
            others: Self.others(than: own, in: lines),
            seesMajority: seesMajority,
            version: server.version
        )
        learn(from: lines, own: own, server, replication: replication, clusterInfo: clusterInfo)
    }

    /// What R11, R13 and R15 need beside the own line.
    private mutating func learn(
        from lines: [ClusterNodesLine],
        own: ClusterNodesLine,
        _ server: ServerInfo,
        replication: String?,
        clusterInfo: String?
    ) {
        for line in lines where others[line.id] != nil { epochs[line.id] = line.configEpoch }
        health = clusterInfo.flatMap(ClusterHealth.init)
        // As the server does when it raises its epoch (clusterGetMaxEpoch).
        let known = lines.reduce(health?.currentEpoch ?? 0) { max($0, $1.configEpoch) }
        highestEpoch = known
        uptime = server.uptime
        self.replication = replication.flatMap(ReplicationInfo.init)
        let ends = Set(own.migrating.values)
        for line in lines where ends.contains(line.id) && !line.isPrimary {
            successors[line.id] = line.primary
        }
    }

    private static func others(
        than own: ClusterNodesLine,
        in lines: [ClusterNodesLine]
    ) -> [NodeID: [ClosedRange<HashSlot>]] {
        var others: [NodeID: [ClosedRange<HashSlot>]] = [:]
        for line in lines where line.id != own.id && line.isPrimary && !line.slots.isEmpty {
            others[line.id] = Array(line.slots.ranges)
        }
        return others
    }

    private static func peers(
        of own: ClusterNodesLine,
        in lines: [ClusterNodesLine],
        _ prefersHostnames: Bool
    ) -> [NodeID: NodeAddress] {
        guard !own.migrating.isEmpty || !own.importing.isEmpty else { return [:] }
        let ids = Set(own.migrating.values).union(own.importing.values)
        var peers: [NodeID: NodeAddress] = [:]
        for line in lines where ids.contains(line.id) {
            peers[line.id] = line.address(prefersHostname: prefersHostnames)
        }
        return peers
    }

    /// What a server without cluster mode says about itself: it serves every slot, whatever its replication
    /// role.
    ///
    /// - Parameter info: The text of `INFO server`.
    /// - Throws: ``TopologyError`` if the text is not understood.
    package init(standaloneInfo info: String) throws(TopologyError) {
        let server = try ServerInfo(info)
        self.init(nodeID: .standalone, runID: server.runID, version: server.version)
    }
}
