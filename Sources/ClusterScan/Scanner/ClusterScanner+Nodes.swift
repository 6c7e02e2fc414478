extension ClusterScanner {
    /// Describes every node that the cluster knows: primaries, with or without slots, and replicas.
    ///
    /// The list is that of `CLUSTER NODES` on the first seed that answers. Every node in it is then asked for
    /// its number of keys, its version, memory, replication and, at primaries, the slots on their way; nodes
    /// that do not answer are listed without.
    ///
    /// - Returns: Each primary followed by its replicas; primaries in the order of their first slot, those
    ///   without slots last. A server without cluster mode is one primary that serves every slot.
    /// - Throws: ``ClusterScanError`` if no node tells the list.
    public func nodes() async throws -> [NodeOverview] {
        let (reply, asked) = try await clusterNodes()
        guard let reply else {
            let answers = await answers(at: asked, marks: false)
            return [
                NodeOverview(
                    id: .standalone,
                    address: asked,
                    slots: .all,
                    keys: answers.keys,
                    version: answers.version,
                    isAnswering: answers.isAnswering,
                    memory: answers.memory,
                    replication: answers.replication
                )
            ]
        }
        let lines: [ClusterNodesLine]
        do throws(TopologyError) {
            lines = try ClusterNodesLine.parse(reply)
        } catch {
            throw ClusterScanError(ScanFailure(error, at: asked)).labelled(client.label)
        }
        // A cluster without any slots has no topology, but it has nodes.
        let topology = try? await topology()
        return await withTaskGroup(of: (Int, NodeOverview).self) { group in
            for (position, line) in lines.inShardOrder.enumerated() {
                // The address that `CLUSTER SLOTS` prefers; and a node that has never heard from others does
                // not know its own.
                let address =
                    topology?.locate(line.id)?.node.address
                    ?? line.address(prefersHostname: topology?.prefersHostnames ?? false)
                    ?? (line.isMyself ? asked : nil)
                group.addTask { (position, await self.overview(of: line, at: address)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func overview(of line: ClusterNodesLine, at address: NodeAddress?) async -> NodeOverview {
        var answers = Answers()
        if let address, !line.flags.contains(.failed) {
            answers = await self.answers(at: address, marks: line.isPrimary)
        }
        return NodeOverview(
            id: line.id,
            address: address,
            role: line.primary.map(NodeRole.replica) ?? .primary,
            slots: line.slots,
            keys: answers.keys,
            linkState: NodeOverview.LinkState(line),
            configEpoch: line.configEpoch,
            version: answers.version,
            isAnswering: answers.isAnswering,
            memory: answers.memory,
            replication: answers.replication,
            migrating: answers.marks?.migrating ?? [:],
            importing: answers.marks?.importing ?? [:]
        )
    }

    /// More than any server holds is no count, and sums of counts must not overflow.
    static func keyCount(_ number: Int64) -> Int { Int(min(max(0, number), 1 << 48)) }

    /// What a node says when it is asked.
    private struct Answers {
        var isAnswering = false
        var keys: Int?
        var version: ServerVersion?
        var memory: Int?
        var replication: ReplicationInfo?
        /// The node's own line of `CLUSTER NODES`.
        var marks: ClusterNodesLine?
    }

    /// - Parameters:
    ///   - address: Where the node is.
    ///   - marks: Whether to ask for slots on their way as well.
    /// - Returns: What it answered, as far as it did.
    private func answers(at address: NodeAddress, marks: Bool) async -> Answers {
        var answers = Answers()
        do throws(ConnectionError) {
            answers.keys = try await client.send(Command("DBSIZE"), to: address).integer.map(Self.keyCount)
        } catch {
            // One that does not answer is waited for once; one that refuses a command may answer another.
            guard case .server = error.kind else { return answers }
        }
        answers.isAnswering = true
        if let info = try? await client.send(Command("INFO"), to: address).string {
            answers.version = ServerVersion(info: info)
            answers.memory = InfoFields(info)["used_memory"].flatMap { Int64($0) }.map(Self.keyCount)
            answers.replication = ReplicationInfo(info)
        }
        if marks, let nodes = try? await client.send(Command("CLUSTER", "NODES"), to: address).string {
            answers.marks = try? ClusterNodesLine.parse(nodes).first(where: \.isMyself)
        }
        return answers
    }

    /// - Returns: The reply of the first seed that answers, `nil` from a server without cluster mode, and its
    ///   address.
    private func clusterNodes() async throws -> (reply: String?, from: NodeAddress) {
        var failures: [ScanFailure] = []
        for seed in seeds {
            do throws(ScanFailure) {
                return (try await client.nodeList(of: seed), seed)
            } catch {
                failures.append(error)
            }
        }
        throw ClusterScanError(NodeDiscovery.summary(of: failures)).labelled(client.label)
    }
}

extension NodeOverview.LinkState {
    init(_ line: ClusterNodesLine) {
        if line.flags.contains(.failed) {
            self = .failed
        } else if line.isFailing {
            self = .suspected
        } else if line.flags.contains(.joining) {
            self = .joining
        } else {
            self = line.isLinked ? .connected : .disconnected
        }
    }
}

extension [ClusterNodesLine] {
    /// Each primary followed by its replicas; primaries in the order of their first slot, those without slots
    /// last.
    fileprivate var inShardOrder: [ClusterNodesLine] {
        func rank(_ line: ClusterNodesLine) -> (Int, NodeID) {
            (line.slots.first { _ in true }.map { Int($0.rawValue) } ?? HashSlot.count, line.id)
        }
        let primaries = Set(filter { $0.primary == nil }.map(\.id))
        let replicas = Dictionary(grouping: self, by: \.primary)
        // For a moment after a failover a replica may follow a replica, or a node that was forgotten; and two
        // that were restored from old files may follow each other for good.
        let heads = filter { $0.primary.map { !primaries.contains($0) } ?? true }
        var shown: Set<NodeID> = []
        return heads.sorted { rank($0) < rank($1) }
            .flatMap { head in [head] + (replicas[head.id] ?? []).sorted { $0.id < $1.id } }
            .filter { shown.insert($0.id).inserted }
    }
}
