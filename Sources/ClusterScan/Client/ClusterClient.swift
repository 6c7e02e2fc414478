import NIOCore

/// What every call of a scanner goes through: one pool of connections, one knowledge of which node serves
/// what, and one end.
///
/// Its event loop is that of the connections, and of the actors that drive calls: none of them hops between
/// threads to get here.
actor ClusterClient {
    nonisolated let eventLoop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        eventLoop.executor.asUnownedSerialExecutor()
    }

    nonisolated let observation: Observation
    /// For the actors of this event loop; access from elsewhere traps.
    nonisolated var pool: ConnectionPool { boundPool.value }
    private nonisolated let boundPool: NIOLoopBoundBox<ConnectionPool>

    /// The topology as read last, by whichever call.
    private(set) var topology: ClusterTopology?
    private var discovery: NodeDiscovery
    private var loading: Task<Result<LoadedTopology, ScanFailure>, Never>?
    private var calls = CallRegister()
    /// Resumed when no call is under way any more.
    private var finishers: [CheckedContinuation<Void, Never>] = []

    init(
        seeds: [NodeAddress],
        configuration: ConnectionConfiguration,
        eventLoop: any EventLoop,
        observation: Observation
    ) {
        self.eventLoop = eventLoop
        self.observation = observation
        discovery = NodeDiscovery(seeds: seeds)
        boundPool = .makeBoxSendingValue(
            ConnectionPool(configuration: configuration, eventLoop: eventLoop, observation: observation),
            eventLoop: eventLoop
        )
    }

    // MARK: Topology

    /// A topology, and the node that described it.
    struct LoadedTopology: Sendable {
        let topology: ClusterTopology
        let source: NodeAddress
    }

    /// Reads the topology from the first node that describes it. Calls that want it at the same time share
    /// one look.
    ///
    /// - Parameters:
    ///   - mark: By what the caller knows its cluster.
    ///   - isKept: Whether the connection stays open when no stream is under way.
    /// - Returns: The topology, and which node described it.
    /// - Throws: ``ScanFailure`` if no node describes it.
    func loadTopology(of mark: ClusterMark = ClusterMark(), isKept: Bool) async throws(ScanFailure)
        -> LoadedTopology
    {
        guard !calls.isClosed else { throw .shutDown }
        let task: Task<Result<LoadedTopology, ScanFailure>, Never>
        if let loading {
            task = loading
        } else {
            task = Task {
                let result = await readTopology(of: mark, isKept: isKept)
                if case .success(let loaded) = result { topology = loaded.topology }
                loading = nil
                return result
            }
            loading = task
        }
        return try await task.value.get()
    }

    private func readTopology(of mark: ClusterMark, isKept: Bool) async -> Result<LoadedTopology, ScanFailure>
    {
        var failures: [ScanFailure] = []
        for address in discovery.candidates(knowing: topology, silent: pool.silent) {
            do throws(ScanFailure) {
                let topology = try await pool.topology(from: address, of: mark, isKept: isKept)
                return .success(LoadedTopology(topology: topology, source: address))
            } catch {
                failures.append(error)
            }
        }
        return .failure(NodeDiscovery.summary(of: failures))
    }

    /// The topology as last read, or read now.
    func topology(fresh: Bool) async throws(ScanFailure) -> ClusterTopology {
        if !fresh, let topology, !calls.isClosed { return topology }
        return try await loadTopology(isKept: true).topology
    }

    // MARK: One node

    /// Sends one command about the node or the cluster.
    ///
    /// - Returns: The reply.
    /// - Throws: An error reply as ``ConnectionError/Kind/server(_:)``, and every failure of the connection.
    func send(_ command: Command, to address: NodeAddress) async throws(ConnectionError) -> RESPValue {
        let call = begin()
        defer { if let call { end(call) } }
        return try await pool.connection(to: address, for: .reading, isKept: true).send(command)
    }

    // MARK: Beginning and end of calls

    var isShutDown: Bool { calls.isClosed }

    /// A call begins; it ends with ``ended(_:)``.
    ///
    /// - Parameters:
    ///   - endsAtOnce: Whether it ends when the scanner takes no more calls, or finishes its work.
    ///   - stop: Ends the call, given its number, on the event loop.
    /// - Returns: The number of the call; `nil` if the scanner was shut down.
    func begin(
        endsAtOnce: Bool = false,
        stop: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) -> UInt64? {
        calls.begin(endsAtOnce: endsAtOnce, stop: stop)
    }

    /// A call has ended. Only on the event loop.
    nonisolated func ended(_ call: UInt64) {
        assumeIsolated { $0.end(call) }
    }

    private func end(_ call: UInt64) {
        calls.end(call)
        guard calls.isEmpty else { return }
        for finisher in finishers { finisher.resume() }
        finishers = []
    }

    /// Takes no more calls, and waits until those under way have ended. Streams end now.
    func finish() async {
        for stop in calls.close(atOnce: false) { stop() }
        guard !calls.isEmpty else { return }
        await withCheckedContinuation { finishers.append($0) }
    }

    /// Ends calls and closes the connections.
    func shutDown() {
        for stop in calls.close(atOnce: true) { stop() }
        pool.close()
    }
}

extension ScanFailure {
    static let shutDown = ScanFailure(.giveUp, .shutDown, "the scanner was shut down")
}

extension ClusterScanError {
    static var scannerWasShutDown: ClusterScanError { ClusterScanError(ScanFailure.shutDown) }

    /// The end of an iteration that another scanner may carry on from a cursor.
    static func scannerWasShutDown(at cursor: ScanCursor) -> ClusterScanError {
        var error = scannerWasShutDown
        error.message += ": go on from the cursor with another one"
        error.cursor = cursor
        return error
    }
}
