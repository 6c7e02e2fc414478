import DequeModule
import NIOCore
import Synchronization

/// Drives one coordinator for a stream: all nodes at once, ahead of the consumer as far as the buffer allows.
///
/// Runs on the event loop of its connections, so that nothing hops between threads from a reply to the next
/// request.
actor ScanRun {
    private nonisolated let eventLoop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    private let query: ScanQuery
    private let options: ScanOptions
    private let client: ClusterClient
    /// Holds back large replies while the consumer has enough; there once the run has begun.
    private var hold: ReadHold?
    /// The number of this call at the client.
    private var call: UInt64?
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant?

    private var coordinator: ScanCoordinator
    private var buffer: ReadAheadBuffer
    /// Questions about nodes that are under way, and those that wait for one of them to be answered.
    private var requestsUnderWay = 0
    private var waitingRequests: Deque<ScanAction> = []
    /// Each answer names all nodes: with a thousand of them it has 250 KB, and takes several times that to
    /// read.
    private static let mostStatusRequests = 32
    /// Reads that wait for room in the buffer.
    private var held: [ScanAction] = []
    private var waiter: CheckedContinuation<Result<Deque<ScanBatch>?, any Error>, Never>?
    private var outcome: Result<ScanReport, any Error>?
    private var isPerforming = false
    /// When the coordinator wants to be told that time has passed.
    private var wakes: Set<Duration> = []
    private var timer: (moment: Duration, task: Scheduled<Void>)?
    private var lastBatch = Duration.zero
    /// Hands out what is there, however little.
    private var handOver: Scheduled<Void>?
    private var hasHandedOver = false
    /// Software that is neither Redis nor Valkey and was reported.
    private var lookAlikes: Set<ServerVersion.Product> = []

    /// What is told of the iteration, once it has begun; `nil` if nobody listens.
    private var telemetry: RunTelemetry?
    private nonisolated let shutDownMark = Atomic<Bool>(false)

    init(
        progress: ScanProgress,
        query: ScanQuery,
        options: ScanOptions,
        client: ClusterClient
    ) {
        eventLoop = client.eventLoop
        self.query = query
        self.options = options
        self.client = client
        coordinator = ScanCoordinator(
            progress: progress,
            query: query,
            policy: options.policyOfStream
        )
        buffer = ReadAheadBuffer(limit: options.readAheadBytes)
    }

    // MARK: Consumer

    /// The batches that are ready, at least one; waits for one if need be.
    ///
    /// - Returns: `nil` once the iteration has ended.
    /// - Throws: ``ClusterScanError``, or `CancellationError` if the task was cancelled.
    func next() async throws -> Deque<ScanBatch>? {
        if start == nil, outcome == nil { try begin() }
        if !buffer.isEmpty { return takeBatches() }
        if let outcome { return try outcome.map { _ in nil }.get() }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { waiter = $0 }
        } onCancel: {
            stopSoon()
        }.get()
    }

    private func begin() throws(ClusterScanError) {
        call = client.assumeIsolated { client in
            client.begin(endsAtOnce: true) { _ in self.assumeIsolated { $0.shutDown() } }
        }
        guard call != nil else {
            shutDownMark.store(true, ordering: .releasing)
            throw .scannerWasShutDown
        }
        client.pool.streamBegan()
        hold = ReadHold(client.pool.gate)
        start = clock.now
        telemetry = RunTelemetry(client.observation, of: query)
        telemetry?.began(remainingSlots: coordinator.remaining.count)
        coordinator.start(now: .zero)
        perform()
    }

    /// What the run did, once it has ended.
    var report: ScanReport? { try? outcome?.get() }

    /// What the run has done so far.
    var reportSoFar: ScanReport { (try? outcome?.get()) ?? coordinator.report(now: now) }

    private func takeBatches() -> Deque<ScanBatch> {
        let batches = buffer.removeAll()
        hold?.isFull = false
        if !held.isEmpty {
            let reads = held
            held = []
            for read in reads { perform(read) }
            perform()
        }
        return batches
    }

    private func wakeConsumer() {
        guard let waiter else { return }
        if !buffer.isEmpty {
            guard isTimeToHandOver else { return }
            self.waiter = nil
            hasHandedOver = true
            handOver?.cancel()
            handOver = nil
            waiter.resume(returning: .success(takeBatches()))
        } else if let outcome {
            self.waiter = nil
            waiter.resume(returning: outcome.map { _ in nil })
        }
    }

    /// The first batch goes out at once; later ones wait a little, for others to come along.
    private var isTimeToHandOver: Bool {
        if !hasHandedOver || buffer.isWorthWaking || outcome != nil { return true }
        if handOver == nil {
            handOver = eventLoop.scheduleTask(in: .milliseconds(2)) {
                self.assumeIsolated { run in
                    run.handOver = nil
                    run.hasHandedOver = false
                    run.wakeConsumer()
                }
            }
        }
        return false
    }

    /// Stops from anywhere: closes what the run opened.
    nonisolated func stopSoon() {
        eventLoop.execute {
            self.assumeIsolated { $0.end(.failure(CancellationError())) }
        }
    }

    /// Whether the scanner was shut down before the run had ended.
    nonisolated var isShutDown: Bool { shutDownMark.load(ordering: .acquiring) }

    /// Stops because the scanner does: what was read ahead is dropped, and read again by whoever goes on.
    private func shutDown() {
        guard outcome == nil else { return }
        shutDownMark.store(true, ordering: .releasing)
        _ = buffer.removeAll()
        end(.failure(ClusterScanError.scannerWasShutDown))
    }

    private func end(_ result: Result<ScanReport, any Error>) {
        guard outcome == nil else { return }
        outcome = result
        if start != nil {
            telemetry?.ended(result, coordinator.report(now: now))
        }
        timer?.task.cancel()
        handOver?.cancel()
        held = []
        hold?.isFull = false
        if let call {
            client.ended(call)
            client.pool.streamEnded()
        }
        wakeConsumer()
    }

    // MARK: Coordinator

    private var now: Duration {
        start.map { $0.duration(to: clock.now) } ?? .zero
    }

    private func perform() {
        // An action may answer at once; its event is handled by the loop that is running already.
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while outcome == nil {
            let actions = coordinator.takeActions()
            guard !actions.isEmpty else { break }
            for action in actions { perform(action) }
        }
        scheduleTimer()
        wakeConsumer()
    }

    private func perform(_ action: ScanAction) {
        switch action {
        case .loadTopology:
            Task { await loadTopology() }
        case .readStatus:
            waitingRequests.append(action)
            requestStatuses()
        case .readPage(let lane, _, _, _), .readSlots(let lane, _, _):
            if buffer.hasRoom {
                read(action)
            } else {
                held.append(action)
                coordinator.readHeld(lane)
            }
        case .readWork(let node):
            readWork(of: node)
        case .wake(let moment):
            wakes.insert(moment)
        case .report(let event):
            options.onEvent?(event)
            telemetry?.handle(event, in: coordinator)
        case .finish(let report):
            end(.success(report))
        case .fail(var error):
            error.cursor = ScanCursor(coordinator.progress)
            end(.failure(error.labelled(client.label)))
        }
    }

    private func loadTopology() async {
        do throws(ScanFailure) {
            let loaded = try await client.loadTopology(of: coordinator.expectedMark, isKept: false)
            coordinator.topologyLoaded(loaded.topology, from: loaded.source, now: now)
        } catch {
            coordinator.topologyFailed(error, now: now)
        }
        perform()
    }

    private func requestStatuses() {
        while requestsUnderWay < Self.mostStatusRequests, let action = waitingRequests.popFirst() {
            guard case .readStatus(let lane, let node, let statusRequest, let fresh) = action else {
                continue
            }
            requestsUnderWay += 1
            Task {
                await readStatus(lane, node, statusRequest, fresh: fresh)
                requestsUnderWay -= 1
                requestStatuses()
            }
        }
    }

    private func readStatus(_ lane: LaneID, _ node: ClusterNode, _ statusRequest: Int, fresh: Bool) async {
        do {
            let status = try await client.pool.status(
                of: node.address,
                for: .reading,
                isKept: false,
                fresh: fresh
            )
            if status.version.product.isLookAlike, lookAlikes.insert(status.version.product).inserted {
                perform(.report(.lookAlike(node.address, status.version)))
            }
            coordinator.statusRead(lane, statusRequest: statusRequest, status, now: now)
        } catch {
            coordinator.laneFailed(lane, error, now: now)
        }
        perform()
    }

    // MARK: Pages

    private func read(_ action: ScanAction) {
        guard let read = PageRead(action) else { return }
        read.send(of: query, over: client.pool, hold: hold, telemetry: telemetry) { self.arrived(read, $0) }
    }

    private func arrived(_ read: PageRead, _ result: Result<FlatReply, ConnectionError>) {
        guard outcome == nil else { return }
        do throws(ScanFailure) {
            let batch = try read.take(result, by: &coordinator, now: now)
            telemetry?.answered(read.lane, with: batch)
            if let batch { deliver(batch, now: now) }
        } catch {
            telemetry?.failed(read.lane, error)
        }
        perform()
    }

    private func readWork(of node: ClusterNode) {
        guard let connection = client.pool.openConnection(to: node.address, for: .reading) else {
            coordinator.workRead(of: node, nil, now: now)
            return
        }
        connection.send(Command("INFO", "commandstats"), limit: .control) { result in
            guard self.outcome == nil else { return }
            let text = try? result.get().value.string
            self.coordinator.workRead(of: node, text.flatMap(CommandStatistics.init), now: self.now)
        }
    }

    /// Empty pages are passed over, but once a second one goes out to tell of progress.
    private func deliver(_ batch: ScanBatch, now: Duration) {
        guard !batch.keys.isEmpty || now - lastBatch >= .seconds(1) else { return }
        lastBatch = now
        buffer.append(batch)
        if !buffer.hasRoom { hold?.isFull = true }
    }

    // MARK: Time

    private func scheduleTimer() {
        guard outcome == nil, let next = wakes.min() else { return }
        // Of many moments the next one counts: a pause after a failure comes long before patience ends.
        if let timer {
            guard next < timer.moment else { return }
            timer.task.cancel()
        }
        let delay = max(next - now, .zero)
        let task = eventLoop.scheduleTask(in: TimeAmount(delay)) {
            self.assumeIsolated { $0.timerFired() }
        }
        timer = (next, task)
    }

    private func timerFired() {
        timer = nil
        let now = now
        wakes = wakes.filter { $0 > now }
        coordinator.tick(now: now)
        perform()
    }
}
