import ScanCore

/// Requests and replies: late, lost, or errors.
extension SimulatedSession {
    private var latency: Int { Int.random(in: 20...200, using: &random) * (chance(2) ? 10 : 1) }

    // MARK: Topology

    /// As the library does: one address after the other, until a server of the cluster answers.
    func loadTopology() {
        timeline.schedule(after: latency) { [self] in
            guard !isOver else { return }
            var failures: [ScanFailure] = []
            let addresses = network.discovery.candidates(knowing: network.topology)
            for address in addresses where failures.isEmpty || !chance(2) {
                do throws(ScanFailure) {
                    let topology = try topology(from: address)
                    network.topology = topology
                    cluster.isKnown = true
                    call.coordinator.topologyLoaded(topology, from: address, now: now)
                    return answered()
                } catch {
                    failures.append(error)
                }
            }
            call.coordinator.topologyFailed(NodeDiscovery.summary(of: failures), now: now)
            answered()
        }
    }

    /// Whether all addresses that the process knows are of nodes that have moved away meanwhile, or do not
    /// say where the others are until they are mended.
    var isLost: Bool {
        var discovery = network.discovery
        return discovery.candidates(knowing: network.topology).allSatisfy { address in
            guard let node = cluster.listener(at: address), !node.isForeign else { return true }
            return node.spell.map { $0.until == .max && $0.steps.contains(.topology) } ?? false
        }
    }

    private func topology(from address: NodeAddress) throws(ScanFailure) -> ClusterTopology {
        let connection = try connection(to: address)
        if let error = cluster.error(of: connection.node, at: .topology, lottery: &random) {
            throw ScanFailure(error, at: address)
        }
        guard var topology = connection.node.topology else {
            throw ScanFailure(.rediscover, .unreachable, "it knows of no slots", at: address)
        }
        // Every node knows of every other one of its cluster, also of those that have failed.
        if connection.node.isForeign {
            topology.knownNodes = topology.isCluster ? [connection.node.id] : []
        } else {
            topology.knownNodes = Set(cluster.nodes.map(\.id))
        }
        guard falsehood != .addressIsIdentity else { return topology }
        let mark = coordinator.expectedMark
        guard network.membership.isOpen || mark.matches(topology) else { throw ScanFailure.otherCluster }
        guard network.membership.admits(connection.node.identity, at: address),
            network.membership.accept(topology, and: topology.knownNodes, from: address)
        else { throw Self.otherServer(at: address) }
        network.dropStrangers()
        return topology
    }

    private static func otherServer(at address: NodeAddress) -> ScanFailure {
        ScanFailure(.rediscover, .unreachable, "another server answers there", at: address)
    }

    // MARK: Connections

    /// R10: who answers is asked when a connection is opened.
    private func connection(to address: NodeAddress) throws(ScanFailure) -> SimulatedNetwork.Connection {
        if let open = network.connection(to: address) { return open }
        guard let listener = cluster.listener(at: address), let process = listener.process else {
            throw ScanFailure(.rediscover, .unreachable, "refused", at: address)
        }
        guard falsehood == .addressIsIdentity || network.membership.admits(listener.identity, at: address)
        else {
            throw Self.otherServer(at: address)
        }
        let connection = SimulatedNetwork.Connection(node: listener, process: process)
        network.connections[address] = connection
        return connection
    }

    private func request<Reply>(
        _ lane: LaneID,
        _ node: ClusterNode,
        connecting: Bool,
        _ step: SimulatedError.Step,
        _ execute: @escaping (SimulatedNode, SimulatedProcess) -> Reply,
        then: @escaping (Reply) -> Void
    ) {
        guard connecting || network.connection(to: node.address) != nil else {
            fail(lane, Self.lost("the connection was lost", node), after: 0)
            return
        }
        timeline.schedule(after: latency) { [self] in
            guard !isOver else { return }
            let connection: SimulatedNetwork.Connection
            do throws(ScanFailure) {
                connection = try self.connection(to: node.address)
            } catch {
                fail(lane, error, after: latency)
                return
            }
            guard connection.isOpen, connection.process.isRunning else {
                connection.isOpen = false
                fail(lane, Self.lost("closed", node), after: chance(10) ? 3000 : 0)
                return
            }
            if let error = cluster.error(of: connection.node, at: step, lottery: &random) {
                fail(lane, ScanFailure(error, at: node.address), after: latency)
                return
            }
            let reply = execute(connection.node, connection.process)
            connection.process.keyspace.rehashStep()
            if chance(0.7) {
                // The reply is lost on its way, or the connection is cut.
                connection.isOpen = false
                fail(lane, Self.lost("timed out", node), after: 3000)
                return
            }
            timeline.schedule(after: latency) { [self] in
                guard !isOver else { return }
                guard connection.isOpen else {
                    fail(lane, Self.lost("closed", node), after: 0)
                    return
                }
                then(reply)
                answered()
            }
        }
    }

    private static func lost(_ message: String, _ node: ClusterNode) -> ScanFailure {
        ScanFailure(.rediscover, .unreachable, message, at: node.address)
    }

    private func fail(_ lane: LaneID, _ failure: ScanFailure, after delay: Int) {
        timeline.schedule(after: delay) { [self] in
            guard !isOver else { return }
            lanesWithPages.remove(lane)
            call.coordinator.laneFailed(lane, failure, now: now)
            answered()
        }
    }

    // MARK: What nodes say

    func readStatus(_ lane: LaneID, _ node: ClusterNode, _ statusRequest: Int, fresh: Bool) {
        if !fresh, let status = network.connection(to: node.address)?.status {
            timeline.schedule(after: 0) { [self] in
                guard !isOver else { return }
                tell(lane, node, statusRequest, status)
                answered()
            }
            return
        }
        request(lane, node, connecting: true, .status) { [cluster] node, process in
            cluster.status(of: node, process)
        } then: { [self] status in
            network.connections[node.address]?.status = status
            tell(lane, node, statusRequest, status)
        }
    }

    /// Servers say anything, late or not at all, and may forget what they said.
    func readWork(of node: ClusterNode) {
        var random = SplitMix64(state: UInt64(timeline.now))
        timeline.schedule(after: Int.random(in: 20...2000, using: &random)) { [self] in
            guard !isOver else { return }
            let statistics = CommandStatistics(
                scanMicroseconds: Int.random(in: 0...timeline.now, using: &random),
                otherCalls: Int.random(in: 0...timeline.now, using: &random)
            )
            let word = random.next() % 8 == 0 ? nil : statistics
            call.coordinator.workRead(of: node, word, now: now)
            answered()
        }
    }

    // MARK: Keys

    func read(_ action: ScanAction) {
        switch action {
        case .readPage(let lane, let node, let cursor, let asked):
            let count = count ?? 1 + asked % 6
            request(lane, node, connecting: false, .page) { [query] _, process in
                process.keyspace.scan(cursor, count: count, query)
            } then: { [self] page in
                lanesWithPages.insert(lane)
                let keys = batch(page.keys)
                let batch = call.coordinator.pageRead(lane, next: page.next, keys: keys, now: now)
                let isUnfiltered = falsehood == .unfilteredPages
                received(
                    isUnfiltered
                        ? batch.map { ScanBatch(keys: keys, cursor: $0.cursor, node: $0.node) } : batch,
                    ofSlots: false
                )
            }
        case .readSlots(let lane, let node, let reads):
            request(lane, node, connecting: false, .slots) { [self] _, process in
                (
                    reads.snapshots.map { keys(of: $0, in: process.keyspace) },
                    reads.counts.map { process.keyspace.keys(in: $0).count }
                )
            } then: { [self] reply in
                lanesWithPages.insert(lane)
                let readings = SlotBurstReply(
                    keys: batch(reply.0.flatMap { $0 }),
                    lengths: reply.0.map(\.count),
                    counts: reply.1
                )
                received(call.coordinator.slotsRead(lane, readings, now: now), ofSlots: true)
            }
        default: break
        }
    }

    private func keys(of snapshot: SlotBurst.Snapshot, in keyspace: SimulatedKeyspace) -> [Int] {
        let keys = keyspace.keys(in: snapshot.slot).prefix(snapshot.limit)
        return Array(falsehood == .wholeSnapshots ? keys.prefix(snapshot.limit - 1) : keys)
    }

    private func batch(_ keys: [Int]) -> KeyBatch { KeyBatch(keys.map { cluster.universe.names[$0] }) }
}
