/// What nodes say about themselves and the cluster. Only on the event loop.
extension NodeConnection {
    /// Sends commands in one write and waits for their replies, error replies included.
    private func ask(_ commands: [Command]) async throws(ConnectionError) -> [FlatReply] {
        try await withCheckedContinuation { continuation in
            send(commands, limit: .control) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Asks for `INFO server` and `CLUSTER NODES`, and for how the node stands to its replicas and the
    /// cluster, as far as the user may know: `INFO replication`, `CLUSTER INFO`.
    func status() async throws(ScanFailure) -> NodeStatus {
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
                at: address
            )
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// Asks for `CLUSTER SLOTS`, and with `CLUSTER NODES` for nodes that serve no slots: these are members,
    /// too.
    ///
    /// - Returns: The topology, and all nodes that the server knows, as far as it says.
    /// - Throws: ``ScanFailure`` if the topology is not understood.
    func topology() async throws(ScanFailure) -> (ClusterTopology, known: [NodeID]) {
        do {
            let replies = try await ask([Command("CLUSTER", "SLOTS"), Command("CLUSTER", "NODES")])
            guard let reply = replies.first, let nodes = replies.last else {
                throw ScanFailure(.giveUp, .protocolViolation, "replies are missing", at: address)
            }
            if let error = reply.error {
                // What a server without cluster mode answers, or one so old that it has no such command.
                guard error.message.contains("cluster support disabled") else {
                    throw ScanFailure(error, at: address)
                }
                return (ClusterTopology(standalone: address), [])
            }
            let topology = try ClusterSlotsReply(reply.value, asked: address).topology
            guard !topology.shards.isEmpty else {
                throw ScanFailure(
                    .rediscover,
                    .slotsNotCovered,
                    "the node runs in cluster mode but knows no node that serves slots: is the cluster set "
                        + "up, and is this node part of it (CLUSTER INFO)?",
                    at: address
                )
            }
            return (topology, ClusterNodesLine.ids(in: nodes.value.string ?? ""))
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
        at address: NodeAddress
    ) throws(ScanFailure) {
        if case .error(let error) = info { throw ScanFailure(error, at: address) }
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
            if case .error(let error) = nodes { throw ScanFailure(error, at: address) }
            self = try NodeStatus(
                clusterNodes: nodes.string ?? "",
                info: text,
                replication: replication,
                clusterInfo: clusterInfo
            )
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }
}
