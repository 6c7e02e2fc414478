import NIOCore

/// One call that sends commands: its decisions and who waits for the replies. Belongs to a ``CommandSender``.
final class CommandRun {
    let number: UInt64
    var router: CommandRouter
    /// Makes the run's only command for the process that is about to be asked; `nil` where the router has the
    /// commands.
    let makeCommand: (@Sendable (NodeStatus) -> Command)?
    /// The process that was asked last, of those that commands are made for.
    private(set) var asked: (status: NodeStatus, address: NodeAddress)?
    /// Is resumed with the replies.
    var waiter: CheckedContinuation<Result<[KeyReply], any Error>, Never>?
    var timer: (moment: Duration, task: Scheduled<Void>)?
    private var isPerforming = false
    private let start = ContinuousClock.now

    init(
        number: UInt64,
        _ router: CommandRouter,
        _ makeCommand: (@Sendable (NodeStatus) -> Command)? = nil
    ) {
        self.number = number
        self.router = router
        self.makeCommand = makeCommand
    }

    /// The commands of the router as they go to one process.
    ///
    /// - Parameters:
    ///   - status: What the process said about itself, if it was asked.
    ///   - address: Where it is.
    /// - Returns: `nil` if it must say so first.
    func commands(for status: NodeStatus?, at address: NodeAddress) -> [KeyCommand]? {
        guard let makeCommand else { return router.commands }
        guard let status else { return nil }
        asked = (status, address)
        return router.commands.map { KeyCommand(makeCommand(status), like: $0) }
    }

    var now: Duration { start.duration(to: .now) }

    /// Whether somebody still waits for the replies.
    var isRunning: Bool { waiter != nil }

    /// Does all there is to do now. An action may be answered at once: the loop that is running goes on.
    func performAll(_ perform: (CommandAction) -> Void) {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while isRunning, let action = router.nextAction(now: now) { perform(action) }
    }

    func end(_ result: Result<[KeyReply], any Error>) {
        timer?.task.cancel()
        timer = nil
        waiter?.resume(returning: result)
        waiter = nil
    }
}

/// A burst whose replies are coming in.
final class WrittenBurst {
    private let run: CommandRun
    private var burst: CommandBurst
    /// Why a command that is several was refused: the reply to its end says no more than that it was.
    private var refusal: ServerError?

    init(_ burst: CommandBurst, of run: CommandRun) {
        self.run = run
        self.burst = burst
    }

    /// Takes the next reply.
    ///
    /// - Returns: Whether there may be something to do.
    func answered(with reply: FlatReply) -> Bool {
        guard run.isRunning else { return false }
        guard let entry = burst.answer() else {
            refusal = refusal ?? reply.error
            return false
        }
        let refusal = entry.isSingle ? nil : reply.error.map { self.refusal ?? $0.cause }
        self.refusal = nil
        return run.router.answered(
            entry,
            lane: burst.lane,
            with: refusal.map(RESPValue.error) ?? reply.value,
            byteCount: reply.byteCount,
            now: run.now
        )
    }

    /// Takes the loss of the connection; returns whether there may be something to do.
    func lost(_ error: ConnectionError) -> Bool {
        guard run.isRunning else { return false }
        run.router.lost(burst, error, now: run.now)
        return true
    }
}
