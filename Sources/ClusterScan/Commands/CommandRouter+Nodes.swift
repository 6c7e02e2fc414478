import DequeModule

/// What nodes do, and what follows from it.
extension CommandRouter {
    /// A node can be written to.
    package mutating func connected(lane: Int) {
        lanes[lane].link = .open
        lanes[lane].lostToLargeReply = false
        works(lane)
        markReady(lane)
    }

    /// A node could not be connected to: what waits for it was not written.
    package mutating func connectionFailed(lane: Int, _ failure: ScanFailure, now: Duration) {
        lanes[lane].link = .closed
        guard failure.code != .authenticationFailed || failure.remedy != .giveUp else {
            self.failure = ClusterScanError(failure)
            return
        }
        let waiting = lanes[lane].queue
        lanes[lane].queue = []
        for entry in waiting { retry(entry.command, failure, now: now) }
    }

    /// A burst was not written, as its connection had been closed before.
    package mutating func notWritten(_ burst: CommandBurst) {
        closed(burst.lane)
        for entry in burst.unanswered.reversed() {
            lanes[burst.lane].window.retracted(commands[entry.command].byteCount)
            lanes[burst.lane].queue.prepend(entry)
        }
        markReady(burst.lane)
    }

    /// The connection was lost before these commands of a burst were answered.
    ///
    /// - Parameters:
    ///   - burst: What was written, and how much of it was answered.
    ///   - error: Why the connection was lost.
    ///   - now: The time.
    package mutating func lost(_ burst: CommandBurst, _ error: ConnectionError, now: Duration) {
        let lane = burst.lane
        let failure = ScanFailure(error)
        closed(lane)
        for entry in burst.unanswered {
            lanes[lane].window.retracted(commands[entry.command].byteCount)
        }
        var entries = burst.unanswered
        if error.kind == .replyTooLarge, let culprit = entries.popFirst() {
            lanes[lane].lostToLargeReply = true
            lanes[lane].window.overflowed()
            settle(culprit.command, .tooLarge(ClusterScanError(failure)))
        }
        if error.kind == .closed { noteClosing(over: &entries, lane) }
        for entry in entries {
            if !commands[entry.command].isRepeatable {
                settle(entry.command, .outcomeUnknown(ClusterScanError(failure)))
            } else if lanes[lane].lostToLargeReply {
                enqueue(entry.command, now: now)
            } else {
                retry(entry.command, failure, now: now)
            }
        }
        markReady(lane)
    }

    /// How many connections are closed over one command before the command is taken for the reason.
    private static let mostClosings = 5

    /// The server closed a connection. A value that takes more than the server's limit for output buffers
    /// costs every connection that asks for it, and would never be read.
    private mutating func noteClosing(over entries: inout ArraySlice<CommandBurst.Entry>, _ lane: Int) {
        for entry in entries where progress[entry.command].closings < .max {
            progress[entry.command].closings += 1
        }
        guard let only = entries.first, entries.count == 1, lanes[lane].window.isEmpty,
            commands[only.command].isRepeatable, progress[only.command].closings >= Self.mostClosings
        else { return }
        entries = []
        let error = ClusterScanError(
            .protocolViolation,
            "the server closed the connection each time it was asked for this: does the reply take more than its "
                + "client-output-buffer-limit?",
            at: lanes[lane].address
        )
        settle(only.command, .tooLarge(error))
    }

    private mutating func closed(_ lane: Int) {
        // Of two bursts that were lost with one connection, the first has had another one opened.
        if lanes[lane].link == .open { lanes[lane].link = .closed }
    }

    /// Does with a command that was certainly not run, or may be run twice, what its failure calls for.
    private mutating func retry(_ command: Int, _ failure: ScanFailure, now: Duration) {
        switch failure.remedy {
        case .giveUp:
            settle(command, .unreachable(ClusterScanError(failure)))
        case .rediscover:
            needsTopology = true
            postpone(command, failure, now: now)
        case .wait:
            postpone(command, failure, now: now)
        }
    }

    /// A node answered a command.
    ///
    /// - Parameters:
    ///   - entry: The command.
    ///   - lane: The node's lane.
    ///   - reply: What it answered.
    ///   - byteCount: What the reply takes, in bytes.
    ///   - now: The time; asked for only where it matters.
    /// - Returns: Whether there may be something to do, or ``isFinished``.
    package mutating func answered(
        _ entry: CommandBurst.Entry,
        lane: Int,
        with reply: RESPValue,
        byteCount: Int,
        now: @autoclosure () -> Duration
    ) -> Bool {
        lanes[lane].window.answered(commands[entry.command].byteCount, replyBytes: byteCount)
        if !lanes[lane].queue.isEmpty, lanes[lane].window.room > 0 { markReady(lane) }
        if case .error(let error) = reply {
            refused(entry.command, by: lane, error, now: now())
        } else {
            works(lane)
            settle(entry.command, .value(reply))
        }
        return isReady || isFinished
    }

    private mutating func refused(_ command: Int, by lane: Int, _ error: ServerError, now: Duration) {
        if let redirection = Redirection(error, askedAt: lanes[lane].address) {
            works(lane)
            return follow(redirection, command, from: lane, now: now)
        }
        let failure = ScanFailure(error, at: lanes[lane].address)
        if refusesAllWork(error) {
            return refused(command, byAllOf: lane, failure, now: now)
        }
        works(lane)
        if failure.remedy == .giveUp {
            var error = error
            error.address = lanes[lane].address
            settle(command, .error(error))
        } else {
            retry(command, failure, now: now)
        }
    }

    private mutating func works(_ lane: Int) {
        guard lanes[lane].refusal != nil else { return }
        lanes[lane].refusal = nil
        refusing.remove(lane)
        markReady(lane)
    }

    /// Whether an error is about the node, not about the command or its slot.
    private func refusesAllWork(_ error: ServerError) -> Bool {
        ["LOADING", "BUSY", "MASTERDOWN"].contains(error.code) || error.refusesWrites
            || error.message.hasPrefix("CLUSTERDOWN The cluster is down")
    }

    /// A node refused work that any other command would have met: those that wait for it are kept back, and
    /// given up with the node.
    private mutating func refused(
        _ command: Int,
        byAllOf lane: Int,
        _ failure: ScanFailure,
        now: Duration
    ) {
        var refusal = lanes[lane].refusal ?? CommandLane.Refusal(since: now)
        if now >= refusal.end {
            refusal.attempts += 1
            refusal.end = now + pace.pause(afterAttempts: refusal.attempts)
        }
        lanes[lane].refusal = refusal
        refusing.insert(lane)
        guard now - refusal.since >= options.patience else { return retry(command, failure, now: now) }
        hasNews = true
        let waiting = lanes[lane].queue
        lanes[lane].queue = []
        for command in [command] + waiting.map(\.command) {
            settle(command, .unreachable(ClusterScanError(failure)))
        }
    }

    private mutating func follow(
        _ redirection: Redirection,
        _ command: Int,
        from lane: Int,
        now: Duration
    ) {
        guard knows(redirection.address) || lanes.count < Self.mostLanes else {
            let message = "the cluster names more nodes than it has slots"
            let failure = ScanFailure(.giveUp, .protocolViolation, message, at: lanes[lane].address)
            return retry(command, failure, now: now)
        }
        let isOfKey = redirection.slot == commands[command].slot.rawValue
        if redirection.kind == .moved, isOfKey,
            owners.assign(commands[command].slot, to: redirection.address)
        {
            needsTopology = true
            hasNews = true
            if laneOfOwner.count < owners.addresses.count { laneOfOwner.append(nil) }
        }
        let attempts = Int(progress[command].attempts) + 1
        guard RetryPace.followsAtOnce(afterAttempts: attempts) else {
            needsTopology = true
            let message = "the slot of the key keeps moving"
            let failure = ScanFailure(.rediscover, .unreachable, message, at: lanes[lane].address)
            return postpone(command, failure, now: now)
        }
        progress[command].attempts += 1
        switch redirection.kind {
        case .moved where isOfKey:
            enqueue(command, now: now)
        case .moved, .ask:
            let route: CommandBurst.Entry.Route = redirection.kind == .ask ? .asking : .named
            let named = self.lane(at: redirection.address)
            enqueue(CommandBurst.Entry(command: command, route: route), in: named)
        }
    }
}
