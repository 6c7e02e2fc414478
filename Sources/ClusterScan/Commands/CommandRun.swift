import NIOCore

/// One call that sends commands: its decisions and who waits for the replies. Belongs to a ``CommandSender``.
final class CommandRun {
    let number: Int
    var router: CommandRouter
    var timer: (moment: Duration, task: Scheduled<Void>)?
    private var isPerforming = false
    private var waiter: CheckedContinuation<Result<[KeyReply], any Error>, Never>?
    private let start = ContinuousClock.now

    init(
        number: Int,
        _ router: CommandRouter,
        waiter: CheckedContinuation<Result<[KeyReply], any Error>, Never>
    ) {
        self.number = number
        self.router = router
        self.waiter = waiter
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

    init(_ burst: CommandBurst, of run: CommandRun) {
        self.run = run
        self.burst = burst
    }

    /// Takes the next reply.
    ///
    /// - Returns: Whether there may be something to do.
    func answered(with reply: FlatReply) -> Bool {
        guard run.isRunning, let entry = burst.answer() else { return false }
        return run.router.answered(
            entry,
            lane: burst.lane,
            with: reply.value,
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
