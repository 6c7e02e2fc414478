import NIOCore

/// The connections of a scanner, at most two a node besides those that watch keys, and what the servers
/// behind them said they are.
///
/// Belongs to the event loop of its connections, and so to every actor that runs on it.
final class ConnectionPool {
    private final class Link {
        let connection: NodeConnection
        /// What the server said about itself over this very connection: its process cannot have changed
        /// since.
        var status: NodeStatus?

        init(_ connection: NodeConnection) {
            self.connection = connection
        }
    }

    private typealias Table = ConnectionTable<Link, EventLoopFuture<NodeConnection>>

    private let configuration: ConnectionConfiguration
    private let credentials: CredentialStore
    private let eventLoop: any EventLoop
    private let observation: Observation
    private var table = Table()
    /// R10: which servers are nodes of the cluster.
    private var membership = ClusterMembership()
    /// Whether the cluster announces its nodes by host name.
    private var prefersHostnames = false
    /// Bounds what all of them together hold of replies under way.
    let gate = ReplyGate()

    init(configuration: ConnectionConfiguration, eventLoop: any EventLoop, observation: Observation) {
        self.configuration = configuration
        credentials = CredentialStore(configuration)
        self.eventLoop = eventLoop
        self.observation = observation
    }

    /// Addresses at which no connection could be opened the last time.
    var silent: Set<NodeAddress> { table.silent }

    // MARK: Connections

    /// A connection that is open already. Pages are read over it and no other, as their cursor belongs to
    /// the process whose status was read there.
    func openConnection(to address: NodeAddress, for use: ConnectionUse) -> NodeConnection? {
        guard let link = table.connection(at: Table.Place(address, use)) else { return nil }
        return link.connection.isOpen ? link.connection : nil
    }

    /// What the process behind the open connection to an address said about itself when it was asked last.
    func knownStatus(of address: NodeAddress, for use: ConnectionUse) -> NodeStatus? {
        table.connection(at: Table.Place(address, use))?.status
    }

    /// A connection, opened if need be.
    ///
    /// - Parameters:
    ///   - address: The node.
    ///   - use: What the connection is for.
    ///   - isKept: Whether it stays open when no stream is under way.
    /// - Returns: The one connection to the node for this use.
    /// - Throws: ``ConnectionError`` if there is none.
    func connection(
        to address: NodeAddress,
        for use: ConnectionUse,
        isKept: Bool
    ) async throws(ConnectionError) -> NodeConnection {
        let place = Table.Place(address, use)
        let opening: EventLoopFuture<NodeConnection>
        switch table.claim(place, isKept: isKept, isOpen: { $0.connection.isOpen }) {
        case .take(let link):
            return link.connection
        case .refuse:
            // Not even tried: a server that hangs takes the connection, and then all the time there is.
            throw Self.closedError(address)
        case .wait(let earlier):
            opening = earlier
        case .open:
            opening = open(place)
            table.opening(opening, at: place)
        }
        let connection: NodeConnection
        do {
            connection = try await opening.get()
        } catch {
            throw error as? ConnectionError
                ?? ConnectionError(.other, address: address, message: "\(error)")
        }
        try await verify(connection, at: place)
        return connection
    }

    /// Where a server does not say which node it is when it is asked, its own line of `CLUSTER NODES` does. A
    /// user who may read neither is not asked for more permissions.
    private func verify(_ connection: NodeConnection, at place: Table.Place) async throws(ConnectionError) {
        guard connection.identity == .unknown, !membership.isOpen,
            let status = try? await connection.status()
        else { return }
        let identity: NodeIdentity = status.nodeID == .standalone ? .standalone : .node(status.nodeID)
        guard !membership.admits(identity, at: place.address) else { return }
        connection.close()
        throw Self.otherServer(identity, at: place.address)
    }

    /// R10: closes connections to servers that were asked for a topology first and gave none. Until
    /// a node gives one, a server of another cluster is let in.
    private func dropStrangers(but known: NodeConnection) {
        let strangers = table.remove { place, link in
            let identity = link.connection.identity
            return link.connection !== known
                && (identity == .unknown || !membership.admits(identity, at: place.address))
        }
        for link in strangers { link.connection.close() }
    }

    private func open(_ place: Table.Place) -> EventLoopFuture<NodeConnection> {
        let start = eventLoop.now
        return NodeConnection.connect(
            to: place.address,
            configuration: configuration,
            credentials: credentials,
            asksIdentity: true,
            gate: gate,
            on: eventLoop
        )
        .assumeIsolated()
        .flatMapErrorThrowing { error in
            let failure =
                error as? ConnectionError
                ?? ConnectionError(.other, address: place.address, message: "\(error)")
            self.table.failed(at: place)
            self.observation.connectionFailed(failure)
            throw failure
        }
        .flatMapThrowing { connection in
            guard self.membership.admits(connection.identity, at: place.address) else {
                connection.close()
                self.table.failed(at: place)
                throw Self.otherServer(connection.identity, at: place.address)
            }
            self.observation.opened(connection, in: NIODeadline.now() - start)
            guard self.table.opened(Link(connection), at: place) else {
                connection.close()
                throw Self.closedError(place.address)
            }
            return connection
        }
        .nonisolated()
    }

    private static func closedError(_ address: NodeAddress) -> ConnectionError {
        ConnectionError(.closed, address: address, message: "the scan was stopped")
    }

    private static func otherServer(_ identity: NodeIdentity, at address: NodeAddress) -> ConnectionError {
        let what =
            switch identity {
            case .node(let id): "node \(id), which is not one of this cluster's, answers there"
            case .standalone, .unknown: "a server that is not part of this cluster answers there"
            }
        return ConnectionError(.otherServer, address: address, message: what)
    }

    // MARK: Streams

    /// A stream begins. What it opens is closed when the last stream has ended, unless other calls use it.
    func streamBegan() {
        table.streamBegan()
    }

    func streamEnded() {
        for link in table.streamEnded() { link.connection.close() }
    }

    /// Closes every connection, for good.
    func close() {
        for link in table.close() { link.connection.close() }
    }

    // MARK: What servers say

    /// What the server at an address says about itself.
    ///
    /// Unless it must be fresh, its word from the beginning of this connection will do.
    func status(
        of address: NodeAddress,
        for use: ConnectionUse,
        isKept: Bool,
        fresh: Bool
    ) async throws(ScanFailure) -> NodeStatus {
        do {
            let connection = try await connection(to: address, for: use, isKept: isKept)
            let link = table.connection(at: Table.Place(address, use))
            if !fresh, let status = link?.status { return status }
            let status = try await connection.status(prefersHostnames: prefersHostnames)
            guard let link, link.connection === connection else { return status }
            // What it sees of others is of use now only, and long in a large cluster.
            link.status = status
            link.status?.others = [:]
            return status
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// Which nodes serve which slots, as the node at an address sees it.
    ///
    /// - Parameters:
    ///   - address: The node.
    ///   - mark: By what the caller knows its cluster: a seed may lead to another one by now.
    ///   - isKept: Whether the connection stays open when no stream is under way.
    /// - Returns: The topology.
    /// - Throws: ``ScanFailure`` if the node does not describe it, or is not of that cluster.
    func topology(
        from address: NodeAddress,
        of mark: ClusterMark,
        isKept: Bool
    ) async throws(ScanFailure) -> ClusterTopology {
        do {
            let connection = try await connection(to: address, for: .reading, isKept: isKept)
            let topology = try await connection.topology()
            guard !membership.isOpen || mark.matches(topology) else { throw ScanFailure.otherCluster }
            let isFirst = membership.isOpen
            guard membership.admits(connection.identity, at: address),
                membership.accept(topology, and: topology.knownNodes, from: address)
            else { throw Self.otherServer(connection.identity, at: address) }
            if isFirst { dropStrangers(but: connection) }
            prefersHostnames = topology.prefersHostnames
            return topology
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }
}
