import NIOCore

/// Serves single pages: carries an iteration on from its cursor by one page, and keeps connections between
/// calls.
package actor PageReader {
    private nonisolated let eventLoop: any EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        eventLoop.executor.asUnownedSerialExecutor()
    }

    private let links: NodeLinks
    private let clock = ContinuousClock()
    private var topology: ClusterTopology?
    private var isShutDown = false
    private let observation: Observation
    /// Calls under way, and who waits until there is none.
    private var calls = 0
    private var finishers: [CheckedContinuation<Void, Never>] = []

    init(
        seeds: [NodeAddress],
        connection: ConnectionConfiguration,
        eventLoop: any EventLoop,
        observation: Observation
    ) {
        self.eventLoop = eventLoop
        self.observation = observation
        links = NodeLinks(
            seeds: seeds,
            configuration: connection,
            eventLoop: eventLoop,
            observation: observation
        )
    }

    /// Reads the page after a cursor.
    func page(after cursor: ScanCursor, of query: ScanQuery, options: ScanOptions) async throws -> ScanPage {
        guard !isShutDown else { throw Self.shutDownError(at: cursor) }
        calls += 1
        defer { endCall() }
        let progress: ScanProgress
        do {
            progress = try cursor.progress(of: query)
        } catch {
            throw ClusterScanError(error)
        }
        var step = PageStep(
            coordinator: ScanCoordinator(
                progress: progress,
                query: query,
                topology: topology,
                policy: options.policyOfPage
            ),
            query: query,
            options: options,
            start: clock.now,
            telemetry: RunTelemetry(observation, of: query, isPage: true)
        )
        defer { topology = step.coordinator.topology ?? topology }
        step.coordinator.start(now: .zero)
        do {
            while let action = step.nextAction() {
                try Task.checkCancellation()
                // What waits for a node to come back would have to wait longer than a service may.
                if isShutDown, case .wake = action { throw Self.shutDownError(at: cursor) }
                try await perform(action, in: &step)
            }
            step.telemetry?.endedPage(nil)
        } catch var error as ClusterScanError {
            // A connection that was closed under it is no fault of the node.
            if isShutDown, error.code == .unreachable { error = Self.shutDownError(at: cursor) }
            step.telemetry?.endedPage(error)
            throw error
        } catch {
            step.telemetry?.endedPage(error)
            throw error
        }
        return ScanPage(
            keys: step.batch?.keys ?? KeyBatch([]),
            cursor: ScanCursor(step.coordinator.progress)
        )
    }

    /// The topology as last read, or read now.
    func topology(fresh: Bool) async throws -> ClusterTopology {
        do {
            return try await currentTopology(fresh: fresh)
        } catch {
            throw ClusterScanError(error)
        }
    }

    /// The same, with what a failure calls for.
    func currentTopology(fresh: Bool) async throws(ScanFailure) -> ClusterTopology {
        guard !isShutDown else { throw ScanFailure(.giveUp, .shutDown, "the scanner was shut down") }
        if !fresh, let topology { return topology }
        let topology = try await links.topology(knowing: topology)
        self.topology = topology
        return topology
    }

    /// Sends one command to one node.
    package func send(_ command: Command, to address: NodeAddress) async throws(ConnectionError) -> RESPValue
    {
        try await links.connection(to: address).send(command)
    }

    /// What a node says about itself.
    package func status(of address: NodeAddress, fresh: Bool) async throws(ScanFailure) -> NodeStatus {
        try await links.status(of: address, fresh: fresh)
    }

    /// Sends commands in one write to the very process that has this run id.
    func exchange(
        _ commands: [Command],
        at address: NodeAddress,
        with run: RunID
    ) async throws(ScanFailure) -> [RESPValue] {
        guard !isShutDown else { throw ScanFailure(.giveUp, .shutDown, "the scanner was shut down") }
        calls += 1
        defer { endCall() }
        guard let connection = links.openConnection(to: address), links.run(at: address) == run else {
            throw ScanFailure(.rediscover, .unreachable, "the connection was lost", at: address)
        }
        do {
            return try await connection.sendAll(commands).map(\.value)
        } catch {
            throw ScanFailure(error)
        }
    }

    private static func shutDownError(at cursor: ScanCursor) -> ClusterScanError {
        var error = ClusterScanError.scannerWasShutDown
        error.cursor = cursor
        return error
    }

    private func endCall() {
        calls -= 1
        guard calls == 0 else { return }
        for finisher in finishers { finisher.resume() }
        finishers = []
    }

    /// Takes no more calls, and waits until those under way have ended.
    func finish() async {
        isShutDown = true
        guard calls > 0 else { return }
        await withCheckedContinuation { finishers.append($0) }
    }

    /// Closes the connections.
    func shutDown() {
        isShutDown = true
        links.close()
    }

    // MARK: One step

    /// The state of one call.
    private struct PageStep {
        var coordinator: ScanCoordinator
        let query: ScanQuery
        let options: ScanOptions
        let start: ContinuousClock.Instant
        let telemetry: RunTelemetry?
        var batch: ScanBatch?
        var pending: [ScanAction] = []
        /// When the coordinator wants to be told that time has passed.
        var wakes: Set<Duration> = []

        var now: Duration { start.duration(to: .now) }

        /// What to do next; `nil` when the page is complete. A page asked for after the first one is left
        /// to the next call, once everything that settles this one has been done.
        mutating func nextAction() -> ScanAction? {
            pending += coordinator.takeActions()
            while !pending.isEmpty {
                let action = pending.removeFirst()
                if action.isRead, batch != nil { continue }
                if case .wake(let moment) = action {
                    wakes.insert(moment)
                    continue
                }
                if case .finish = action { return nil }
                return action
            }
            // The later ones stay: each is asked for once.
            guard batch == nil, let moment = wakes.min() else { return nil }
            wakes.remove(moment)
            return .wake(at: moment)
        }
    }

    private func perform(_ action: ScanAction, in step: inout PageStep) async throws {
        switch action {
        case .loadTopology:
            do {
                let topology = try await links.topology(knowing: step.coordinator.topology)
                step.coordinator.topologyLoaded(topology, from: links.teller, now: step.now)
            } catch {
                step.coordinator.topologyFailed(error, now: step.now)
            }
        case .readStatus(let lane, let node, let statusRequest, let fresh):
            do {
                let status = try await links.status(of: node.address, fresh: fresh)
                step.coordinator.statusRead(lane, statusRequest: statusRequest, status, now: step.now)
            } catch {
                step.coordinator.laneFailed(lane, error, now: step.now)
            }
        case .readPage(let lane, let node, let cursor, let count):
            step.telemetry?.asked(lane, node, "SCAN", batchSize: 1)
            await read(lane, node, in: &step) { connection, step throws(ScanFailure) in
                let page = try await connection.scanPage(
                    step.query.command(cursor: cursor, count: count)
                )
                return step.coordinator.pageRead(lane, next: page.cursor, keys: page.keys, now: step.now)
            }
        case .readSlots(let lane, let node, let reads):
            step.telemetry?.asked(lane, node, reads)
            await read(lane, node, in: &step) { connection, step throws(ScanFailure) in
                let readings = try await connection.read(reads)
                let batch = step.coordinator.slotsRead(lane, readings, now: step.now)
                // A burst that only learned sizes is no page.
                return batch?.keys.isEmpty == true ? nil : batch
            }
        case .wake(let moment):
            try await Task.sleep(for: max(moment - step.now, .zero))
            step.coordinator.tick(now: step.now)
        case .report(let event):
            step.options.onEvent?(event)
            step.telemetry?.handle(event, in: step.coordinator)
        case .finish, .readWork:
            break
        case .fail(var error):
            error.cursor = ScanCursor(step.coordinator.progress)
            throw error
        }
    }

    private func read(
        _ lane: LaneID,
        _ node: ClusterNode,
        in step: inout PageStep,
        _ exchange: (NodeConnection, inout PageStep) async throws(ScanFailure) -> ScanBatch?
    ) async {
        do throws(ScanFailure) {
            guard let connection = links.openConnection(to: node.address) else {
                throw ScanFailure(.rediscover, .unreachable, "the connection was lost", at: node.address)
            }
            step.batch = try await exchange(connection, &step)
            step.telemetry?.answered(lane, with: step.batch)
        } catch {
            step.coordinator.laneFailed(lane, error, now: step.now)
            step.telemetry?.failed(lane, error)
        }
    }
}
