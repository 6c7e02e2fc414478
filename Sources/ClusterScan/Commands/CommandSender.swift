import NIOCore

/// Sends commands to the owners of their keys, over connections for nothing else: a page of keys must not
/// wait behind a thousand commands.
///
/// Runs on the event loop of its connections: a reply is taken, and the next commands are written, in one
/// turn of the loop.
actor CommandSender {
    nonisolated var unownedExecutor: UnownedSerialExecutor { client.unownedExecutor }

    nonisolated let client: ClusterClient
    private var owners: (laidOut: SlotOwners, topology: ClusterTopology)?
    private var runs: [UInt64: CommandRun] = [:]
    /// The numbers of watches that no call has, and how many there are.
    private var freeWatches: [Int] = []
    private var watchCount = 0

    init(_ client: ClusterClient) {
        self.client = client
    }

    /// Sends commands and waits until each of them has its reply.
    func send(
        _ commands: [KeyCommand],
        preferring node: ClusterNode?,
        options: CommandOptions
    ) async throws -> [KeyReply] {
        let number = try await begin()
        defer { client.ended(number) }
        guard !commands.isEmpty else { return [] }
        let owners = try await owners(patience: options.patience)
        let preferred = await primaryAddress(of: node)
        let router = CommandRouter(commands, owners: owners, preferring: preferred, options: options)
        return try await finish(CommandRun(number: number, router))
    }

    /// Sends one command that is made for the process that is about to be asked, and that may run twice.
    ///
    /// - Parameters:
    ///   - key: The key of the command.
    ///   - isFirst: Whether this begins some work: an answer then serves the caller better than patience,
    ///     where no node serves the slot.
    ///   - patience: How long the command is tried again after it first failed.
    ///   - makeCommand: Makes the command, on the event loop.
    /// - Returns: The reply, which is no error, and which process at which address gave it.
    /// - Throws: ``ClusterScanError`` if the command is refused or patience ends, or `CancellationError`.
    func ask(
        about key: [UInt8],
        isFirst: Bool,
        patience: Duration,
        _ makeCommand: @escaping @Sendable (NodeStatus) -> Command
    ) async throws -> KeyAnswer {
        let number = try await begin()
        defer { client.ended(number) }
        let owners = try await owners(patience: patience)
        let slot = HashSlot(key: key)
        guard !isFirst || owners[slot] != nil else {
            let message = "no node serves slot \(slot), to which the key belongs"
            throw ClusterScanError(.slotsNotCovered, message, slots: SlotSet(slot...slot))
        }
        let placeholder = KeyCommand("", key: key, isRepeatable: true)
        let router = CommandRouter([placeholder], owners: owners, options: CommandOptions(patience: patience))
        let run = CommandRun(number: number, router, makeCommand)
        let replies = try await finish(run)
        guard let reply = replies.first, let (status, address) = run.asked else {
            throw ClusterScanError(.protocolViolation, "the reply is missing")
        }
        switch reply {
        case .value(let value): return KeyAnswer(reply: value, status: status, address: address)
        case .error(let error): throw ClusterScanError(ScanFailure(error, at: address))
        case .tooLarge(let error), .outcomeUnknown(let error), .unreachable(let error): throw error
        }
    }

    // MARK: Calls

    func begin() async throws -> UInt64 {
        let number = await client.begin { [weak self] number in
            self?.assumeIsolated { $0.end(number, .failure(ClusterScanError.scannerWasShutDown)) }
        }
        guard let number else { throw ClusterScanError.scannerWasShutDown }
        return number
    }

    /// Waits until a run has all its replies.
    private func finish(_ run: CommandRun) async throws -> [KeyReply] {
        guard await !client.isShutDown else { throw ClusterScanError.scannerWasShutDown }
        let number = run.number
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                run.waiter = continuation
                runs[number] = run
                perform(run)
            }
        } onCancel: {
            client.eventLoop.execute {
                self.assumeIsolated { $0.end(number, .failure(CancellationError())) }
            }
        }.get()
    }

    private func end(_ number: UInt64, _ result: Result<[KeyReply], any Error>) {
        runs.removeValue(forKey: number)?.end(result)
    }

    // MARK: Watches

    /// Gives a call the number of a watch that no other call has.
    func borrowWatch() -> Int {
        if let number = freeWatches.popLast() { return number }
        watchCount += 1
        return watchCount
    }

    func returnWatch(_ number: Int) {
        freeWatches.append(number)
    }

    // MARK: Topology

    func owners(patience: Duration) async throws -> SlotOwners {
        let deadline = ContinuousClock.now + patience
        var pace = RetryPace()
        var attempts = 0
        while true {
            do throws(ScanFailure) {
                return layOut(try await client.topology(fresh: false))
            } catch {
                // Before anything is under way the user is better served by an answer than by patience.
                guard error.remedy == .wait, ContinuousClock.now < deadline else {
                    throw ClusterScanError(error)
                }
                attempts += 1
                try await Task.sleep(for: pace.pause(afterAttempts: attempts))
            }
        }
    }

    private func layOut(_ topology: ClusterTopology) -> SlotOwners {
        if let owners, owners.topology == topology { return owners.laidOut }
        let laidOut = SlotOwners(topology)
        owners = (laidOut, topology)
        return laidOut
    }

    /// Where to send what concerns keys that were read from a node: there, if it can be a primary.
    private func primaryAddress(of node: ClusterNode?) async -> NodeAddress? {
        guard let node else { return nil }
        return await client.topology?.locate(node.id)?.shard.primary.address ?? node.address
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
            end(run.number, .failure(failure))
        } else if run.router.isFinished {
            end(run.number, .success(run.router.replies))
        } else {
            scheduleTimer(of: run)
        }
    }

    private func connect(_ run: CommandRun, lane: Int, _ address: NodeAddress) async {
        do throws(ScanFailure) {
            if run.makeCommand == nil {
                do throws(ConnectionError) {
                    _ = try await client.pool.connection(to: address, for: .commands, isKept: true)
                } catch {
                    throw ScanFailure(error)
                }
            } else {
                _ = try await client.pool.status(of: address, for: .commands, isKept: true, fresh: false)
            }
            run.router.connected(lane: lane)
        } catch {
            run.router.connectionFailed(lane: lane, error, now: run.now)
        }
        perform(run)
    }

    private func reload(for run: CommandRun) async {
        do throws(ScanFailure) {
            let owners = layOut(try await client.topology(fresh: true))
            run.router.topologyLoaded(owners, now: run.now)
        } catch {
            run.router.topologyFailed(now: run.now)
        }
        perform(run)
    }

    private func write(_ burst: CommandBurst, of run: CommandRun) {
        guard let connection = client.pool.openConnection(to: burst.address, for: .commands),
            let commands = run.commands(
                for: client.pool.knownStatus(of: burst.address, for: .commands),
                at: burst.address
            )
        else {
            return run.router.notWritten(burst)
        }
        let written = WrittenBurst(burst, of: run)
        let names = connection.countsCalls ? burst.names(of: commands) : []
        connection.send(burst.wire(of: commands), replyCount: burst.replyCount, names: names) { reply in
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
        let task = client.eventLoop.scheduleTask(in: TimeAmount(max(next - run.now, .zero))) {
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

/// The reply to a command on a key, and which process at which address gave it.
struct KeyAnswer: Sendable {
    let reply: RESPValue
    let status: NodeStatus
    let address: NodeAddress
}
