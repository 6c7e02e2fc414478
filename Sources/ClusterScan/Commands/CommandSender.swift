import NIOCore

/// Sends commands to the owners of their keys, over connections of its own: a page of keys must not wait
/// behind a thousand commands.
///
/// Runs on the event loop of its connections: a reply is taken, and the next commands are written, in one turn
/// of the loop.
actor CommandSender {
    private nonisolated let eventLoop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    private let pages: PageReader
    private let links: NodeLinks
    private var owners: SlotOwners?
    /// A look at the topology that is under way; whoever needs one meanwhile takes its result.
    private var loading: Task<Result<ClusterTopology, ScanFailure>, Never>?
    private var runs: [Int: CommandRun] = [:]
    private var lastRun = 0
    private var isShutDown = false
    /// Who waits until nothing is under way.
    private var finishers: [CheckedContinuation<Void, Never>] = []

    init(
        seeds: [NodeAddress],
        connection: ConnectionConfiguration,
        pages: PageReader,
        eventLoop: any EventLoop,
        observation: Observation
    ) {
        self.eventLoop = eventLoop
        self.pages = pages
        links = NodeLinks(
            seeds: seeds,
            configuration: connection,
            eventLoop: eventLoop,
            observation: observation
        )
    }

    /// Sends commands and waits until each of them has its reply.
    func send(
        _ commands: [KeyCommand],
        preferring node: ClusterNode?,
        options: CommandOptions
    ) async throws -> [KeyReply] {
        guard !isShutDown else { throw Self.shutDownError }
        guard !commands.isEmpty else { return [] }
        let owners = if let owners { owners } else { try await firstOwners(options.patience) }
        let router = CommandRouter(
            commands,
            owners: owners,
            preferring: await primaryAddress(of: node),
            options: options
        )
        guard !isShutDown else { throw Self.shutDownError }
        lastRun += 1
        let number = lastRun
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let run = CommandRun(number: number, router, waiter: continuation)
                runs[number] = run
                perform(run)
            }
        } onCancel: {
            cancelSoon(number)
        }.get()
    }

    /// Takes no more commands, and waits until those under way have their replies.
    func finish() async {
        isShutDown = true
        guard !runs.isEmpty else { return }
        await withCheckedContinuation { finishers.append($0) }
    }

    /// Closes the connections; calls that wait fail.
    func shutDown() {
        isShutDown = true
        for run in runs.values { end(run, .failure(Self.shutDownError)) }
        links.close()
    }

    private static var shutDownError: ClusterScanError {
        ClusterScanError(.shutDown, "the scanner was shut down")
    }

    private nonisolated func cancelSoon(_ number: Int) {
        eventLoop.execute {
            self.assumeIsolated { sender in
                guard let run = sender.runs[number] else { return }
                sender.end(run, .failure(CancellationError()))
            }
        }
    }

    private func end(_ run: CommandRun, _ result: Result<[KeyReply], any Error>) {
        runs[run.number] = nil
        run.end(result)
        guard runs.isEmpty else { return }
        for finisher in finishers { finisher.resume() }
        finishers = []
    }

    // MARK: Topology

    private func firstOwners(_ patience: Duration) async throws -> SlotOwners {
        let deadline = ContinuousClock.now + patience
        var pace = RetryPace()
        var attempts = 0
        while true {
            switch await loadTopology(fresh: false) {
            case .success(let topology):
                return owners ?? SlotOwners(topology)
            // Before anything is under way the user is better served by an answer than by patience.
            case .failure(let failure):
                guard failure.remedy == .wait, ContinuousClock.now < deadline else {
                    throw ClusterScanError(failure)
                }
                attempts += 1
                try await Task.sleep(for: pace.pause(afterAttempts: attempts))
            }
        }
    }

    private func loadTopology(fresh: Bool) async -> Result<ClusterTopology, ScanFailure> {
        if let loading { return await loading.value }
        let task = Task { () -> Result<ClusterTopology, ScanFailure> in
            do throws(ScanFailure) {
                let topology = try await pages.currentTopology(fresh: fresh)
                owners = SlotOwners(topology)
                return .success(topology)
            } catch {
                return .failure(error)
            }
        }
        loading = task
        let result = await task.value
        loading = nil
        return result
    }

    /// Where to send what concerns keys that were read from a node: there, if it can be a primary.
    private func primaryAddress(of node: ClusterNode?) async -> NodeAddress? {
        guard let node else { return nil }
        let topology = try? await pages.currentTopology(fresh: false)
        return topology?.locate(node.id)?.shard.primary.address ?? node.address
    }

    // MARK: Actions

    private func perform(_ run: CommandRun) {
        run.performAll { action in
            switch action {
            case .connect(let lane, let address):
                Task { await connect(run, lane: lane, address) }
            case .write(let burst):
                write(burst, of: run)
            case .loadTopology:
                Task { await reload(for: run) }
            }
        }
        guard run.isRunning else { return }
        if let failure = run.router.failure {
            end(run, .failure(failure))
        } else if run.router.isFinished {
            end(run, .success(run.router.replies))
        } else {
            scheduleTimer(of: run)
        }
    }

    private func connect(_ run: CommandRun, lane: Int, _ address: NodeAddress) async {
        do throws(ConnectionError) {
            _ = try await links.connection(to: address)
            run.router.connected(lane: lane)
        } catch {
            run.router.connectionFailed(lane: lane, ScanFailure(error), now: run.now)
        }
        perform(run)
    }

    private func reload(for run: CommandRun) async {
        switch await loadTopology(fresh: true) {
        case .success:
            if let owners { run.router.topologyLoaded(owners, now: run.now) }
        case .failure:
            run.router.topologyFailed(now: run.now)
        }
        perform(run)
    }

    private func write(_ burst: CommandBurst, of run: CommandRun) {
        guard let connection = links.openConnection(to: burst.address) else {
            return run.router.notWritten(burst)
        }
        let written = WrittenBurst(burst, of: run)
        let names = connection.countsCalls ? burst.names(of: run.router.commands) : []
        let wire = burst.wire(of: run.router.commands)
        connection.send(wire, replyCount: burst.replyCount, names: names) { reply in
            if written.answered(with: reply) { self.perform(run) }
        } lost: { error in
            if written.lost(error) { self.perform(run) }
        }
    }

    // MARK: Time

    private func scheduleTimer(of run: CommandRun) {
        guard let next = run.router.nextMoment else { return }
        if let timer = run.timer {
            guard next < timer.moment else { return }
            timer.task.cancel()
        }
        let number = run.number
        let task = eventLoop.scheduleTask(in: TimeAmount(max(next - run.now, .zero))) {
            self.assumeIsolated { sender in
                guard let run = sender.runs[number] else { return }
                run.timer = nil
                run.router.tick(now: run.now)
                sender.perform(run)
            }
        }
        run.timer = (next, task)
    }
}
