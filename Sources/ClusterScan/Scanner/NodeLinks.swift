import NIOCore

/// The open connections of one run, by address, and what the servers behind them said they are.
///
/// Belongs to one actor that runs on the connections' event loop.
final class NodeLinks {
    private struct Link {
        let connection: NodeConnection
        /// What the server said about itself over this very connection: its process cannot have changed
        /// since.
        var status: NodeStatus?
    }

    private let configuration: ConnectionConfiguration
    private let eventLoop: any EventLoop
    private var links: [NodeAddress: Link] = [:]
    private var discovery: NodeDiscovery
    /// Bounds what all of them together hold of replies under way.
    let gate = ReplyGate()
    /// Addresses at which nobody let us in when we last tried.
    private var silent: Set<NodeAddress> = []
    /// Who told the topology last.
    private(set) var teller: NodeAddress?
    private var isClosed = false
    private let observation: Observation

    init(
        seeds: [NodeAddress],
        configuration: ConnectionConfiguration,
        eventLoop: any EventLoop,
        observation: Observation
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.observation = observation
        discovery = NodeDiscovery(seeds: seeds)
    }

    /// A connection that is open already. Pages are read over it and no other, as their cursor belongs to
    /// the process whose status was read there.
    func openConnection(to address: NodeAddress) -> NodeConnection? {
        guard let link = links[address], link.connection.isOpen else { return nil }
        return link.connection
    }

    /// The process behind the open connection to an address, once it was asked for its status.
    func run(at address: NodeAddress) -> RunID? {
        links[address]?.status?.runID
    }

    /// A connection, opened if need be.
    func connection(to address: NodeAddress) async throws(ConnectionError) -> NodeConnection {
        if let connection = openConnection(to: address) { return connection }
        // Not even tried: a server that hangs takes the connection, and then all the time there is.
        if isClosed { throw closedError(address) }
        let connection: NodeConnection
        let start = eventLoop.now
        do {
            connection = try await NodeConnection.connect(
                to: address,
                configuration: configuration,
                gate: gate,
                on: eventLoop
            ).get()
            silent.remove(address)
        } catch {
            silent.insert(address)
            let failure =
                error as? ConnectionError ?? ConnectionError(.other, address: address, message: "\(error)")
            observation.connectionFailed(failure)
            throw failure
        }
        observation.opened(connection, in: NIODeadline.now() - start)
        // Somebody else may have connected meanwhile, or closed everything.
        if isClosed {
            connection.close()
            throw closedError(address)
        }
        if let earlier = openConnection(to: address) {
            connection.close()
            return earlier
        }
        links[address] = Link(connection: connection)
        return connection
    }

    private func closedError(_ address: NodeAddress) -> ConnectionError {
        ConnectionError(.closed, address: address, message: "the scan was stopped")
    }

    /// What the server at an address says about itself.
    /// Unless it must be fresh, its word from the beginning of this connection will do.
    func status(of address: NodeAddress, fresh: Bool) async throws(ScanFailure) -> NodeStatus {
        do {
            let connection = try await connection(to: address)
            if !fresh, let status = links[address]?.status { return status }
            let (info, nodes) = try await identify(connection)
            let status = try Self.status(info: info, nodes: nodes, at: address)
            // What it sees of others is of use now only, and long in a large cluster.
            links[address]?.status = status
            links[address]?.status?.others = [:]
            return status
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    private func identify(_ connection: NodeConnection) async throws(ConnectionError) -> (
        RESPValue, RESPValue
    ) {
        let replies = try await connection.sendAll(
            [Command("INFO", "server"), Command("CLUSTER", "NODES")],
            limit: .control
        )
        guard replies.count == 2 else {
            throw ConnectionError(
                .protocolViolation,
                address: connection.address,
                message: "replies are missing"
            )
        }
        return (replies[0].value, replies[1].value)
    }

    private static func status(
        info: RESPValue,
        nodes: RESPValue,
        at address: NodeAddress
    ) throws(ScanFailure) -> NodeStatus {
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
            guard try ServerInfo(text).isCluster else { return try NodeStatus(standaloneInfo: text) }
            if case .error(let error) = nodes { throw ScanFailure(error, at: address) }
            return try NodeStatus(clusterNodes: nodes.string ?? "", info: text)
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// Reads the topology from the first node that tells it.
    func topology(knowing known: ClusterTopology?) async throws(ScanFailure) -> ClusterTopology {
        var failures: [ScanFailure] = []
        for address in discovery.candidates(knowing: known, silent: silent) {
            do {
                let topology = try await topology(from: address)
                teller = address
                return topology
            } catch {
                failures.append(error)
            }
        }
        throw NodeDiscovery.summary(of: failures)
    }

    private func topology(from address: NodeAddress) async throws(ScanFailure) -> ClusterTopology {
        do {
            let connection = try await connection(to: address)
            let reply: RESPValue
            do {
                reply = try await connection.send(Command("CLUSTER", "SLOTS"))
            } catch {
                // What a server without cluster mode answers, or one so old that it has no such command.
                guard case .server(let reply) = error.kind, reply.message.contains("cluster support disabled")
                else {
                    throw error
                }
                return ClusterTopology(standalone: address)
            }
            let topology = try ClusterSlotsReply(reply, asked: address).topology
            guard !topology.shards.isEmpty else {
                throw ScanFailure(
                    .rediscover,
                    .slotsNotCovered,
                    "the node runs in cluster mode but knows no node that serves slots: is the cluster set up, and is "
                        + "this node part of it (CLUSTER INFO)?",
                    at: address
                )
            }
            return topology
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// Closes every connection, for good.
    func close() {
        isClosed = true
        for link in links.values {
            link.connection.close()
        }
        links.removeAll()
    }
}
