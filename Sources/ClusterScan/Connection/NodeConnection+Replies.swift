/// What nodes say about themselves and the cluster. Only on the event loop.
extension NodeConnection {
    /// Sends commands in one write and waits for their replies, error replies included.
    func ask(_ commands: [Command]) async throws(ConnectionError) -> [FlatReply] {
        try await withCheckedContinuation { continuation in
            send(commands, limit: .control) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Asks for `INFO server` and `CLUSTER NODES`, and for how the node stands to its replicas and the
    /// cluster, as far as the user may know: `INFO replication`, `CLUSTER INFO`. Other nodes are named by
    /// host name if the cluster `prefersHostnames`.
    func status(prefersHostnames: Bool = false) async throws(ScanFailure) -> NodeStatus {
        do {
            let replies = try await ask([
                Command("INFO", "server"), Command("CLUSTER", "NODES"), Command("INFO", "replication"),
                Command("CLUSTER", "INFO"),
            ]).map(\.value)
            guard replies.count == 4 else {
                throw ScanFailure(.giveUp, .protocolViolation, "replies are missing", at: address)
            }
            return try NodeStatus(
                info: replies[0],
                nodes: replies[1],
                replication: replies[2].string,
                clusterInfo: replies[3].string,
                prefersHostnames: prefersHostnames,
                at: address
            )
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// Asks for `CLUSTER SLOTS`, and with `CLUSTER NODES` for nodes that serve no slots: these are members,
    /// too.
    ///
    /// - Returns: The topology, with all nodes that the server knows, as far as it says.
    /// - Throws: ``ScanFailure`` if the topology is not understood.
    func topology() async throws(ScanFailure) -> ClusterTopology {
        do {
            let replies = try await ask([Command("CLUSTER", "SLOTS"), Command("CLUSTER", "NODES")])
            guard let reply = replies.first, let nodes = replies.last else {
                throw ScanFailure(.giveUp, .protocolViolation, "replies are missing", at: address)
            }
            if let error = reply.error {
                let purpose = "tells where all other keys are"
                try await requireStandalone(after: error, to: "CLUSTER SLOTS", which: purpose)
                return ClusterTopology(standalone: address)
            }
            var topology = try ClusterSlotsReply(reply.value, asked: address).topology
            guard !topology.shards.isEmpty else {
                throw ScanFailure(
                    .rediscover,
                    .slotsNotCovered,
                    "the node runs in cluster mode but knows no node that serves slots: is the cluster set "
                        + "up, and is this node part of it (CLUSTER INFO)?",
                    at: address
                )
            }
            let list = nodes.value.string ?? ""
            topology.knownNodes = Set(ClusterNodesLine.ids(in: list))
            topology.prefersHostnames = topology.announcesHostnames(of: list)
            return topology
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }
}

extension NodeStatus {
    /// Reads the replies.
    fileprivate init(
        info: RESPValue,
        nodes: RESPValue,
        replication: String?,
        clusterInfo: String?,
        prefersHostnames: Bool,
        at address: NodeAddress
    ) throws(ScanFailure) {
        if case .error(let error) = info {
            let purpose = "tells whether it is still the same process"
            throw ScanFailure(error, of: "INFO", which: purpose, at: address)
        }
        guard let text = info.string else {
            throw ScanFailure(
                .giveUp,
                .protocolViolation,
                "INFO answered with something other than text",
                at: address
            )
        }
        do {
            guard try ServerInfo(text).isCluster else {
                self = try NodeStatus(standaloneInfo: text)
                return
            }
            if case .error(let error) = nodes {
                let purpose = "tells its role and which slots it is moving"
                throw ScanFailure(error, of: "CLUSTER NODES", which: purpose, at: address)
            }
            self = try NodeStatus(
                clusterNodes: nodes.string ?? "",
                info: text,
                replication: replication,
                clusterInfo: clusterInfo,
                prefersHostnames: prefersHostnames
            )
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }
}
