import DequeModule

/// Decides where the commands of one call go, and what happens to those that did not get through.
///
/// Knows no socket and no clock: it is told what happened, with the time since the call began, and says what
/// to do next. Each command is at any time either queued for one node, under way to one node, pausing, or
/// settled; so it gets exactly one reply.
package struct CommandRouter: Sendable {
    /// How far a command has got.
    private struct Progress {
        var attempts: UInt16 = 0
        var isSettled = false
        /// When it first failed, in milliseconds since the call began.
        var troubledSince: UInt32?
    }

    /// Commands that failed equally often and are tried again together: many small writes would cost more
    /// than they gain.
    private struct Pause {
        let attempts: UInt16
        let end: Duration
        var commands: [Int]
    }

    /// The least time between two looks at the topology.
    private static let topologyInterval = Duration.milliseconds(100)

    package let commands: [KeyCommand]
    /// The reply to each command, meaningful once ``isFinished``.
    package private(set) var replies: [KeyReply]
    /// Why the whole call failed, if it did.
    package private(set) var failure: ClusterScanError?

    private let options: CommandOptions
    private var progress: [Progress]
    private var remaining: Int
    private var owners: SlotOwners
    /// The lane of each node in `owners`, once it was needed.
    private var laneOfOwner: [Int?]
    private var lanes: [CommandLane] = []
    private var laneOfAddress: [NodeAddress: Int] = [:]
    private var ready: Deque<Int> = []
    private var pauses: [Pause] = []
    private var pace: RetryPace
    private var needsTopology = false
    private var isLoadingTopology = false
    private var nextTopology = Duration.zero
    /// Whether something was postponed or found outdated since nothing was left to do.
    private var hasNews = true

    /// Queues the commands.
    ///
    /// - Parameters:
    ///   - commands: What to send.
    ///   - owners: Who serves the slots, as far as known.
    ///   - preferred: A node to ask first, whatever is known of the slots.
    ///   - options: Patience and bounds.
    ///   - seed: Seeds the jitter of pauses.
    package init(
        _ commands: [KeyCommand],
        owners: SlotOwners,
        preferring preferred: NodeAddress? = nil,
        options: CommandOptions = CommandOptions(),
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.commands = commands
        self.owners = owners
        self.options = options
        pace = RetryPace(seed: seed)
        remaining = commands.count
        replies = Array(repeating: .value(.null), count: commands.count)
        progress = Array(repeating: Progress(), count: commands.count)
        laneOfOwner = Array(repeating: nil, count: owners.addresses.count)
        let preferredLane = preferred.map { lane(at: $0) }
        for command in commands.indices {
            if let preferredLane {
                enqueue(CommandBurst.Entry(command: command, route: .named), in: preferredLane)
            } else {
                enqueue(command, now: .zero)
            }
        }
    }

    /// Whether every command has its reply.
    package var isFinished: Bool { remaining == 0 }

    // MARK: What to do

    /// Whether ``nextAction(now:)`` may have something, or ``nextMoment`` another answer than before.
    package var isReady: Bool { hasNews || !ready.isEmpty }

    /// What to do next; `nil` if that is to wait for events, or for ``nextMoment``.
    package mutating func nextAction(now: Duration) -> CommandAction? {
        while failure == nil, let lane = ready.popFirst() {
            lanes[lane].isReady = false
            guard !lanes[lane].queue.isEmpty else { continue }
            switch lanes[lane].link {
            case .closed:
                lanes[lane].link = .opening
                return .connect(lane: lane, lanes[lane].address)
            case .opening:
                continue
            case .open:
                if let burst = takeBurst(from: lane, now: now) { return .write(burst) }
            }
        }
        hasNews = false
        guard failure == nil, needsTopology, !isLoadingTopology, now >= nextTopology, !isFinished else {
            return nil
        }
        needsTopology = false
        isLoadingTopology = true
        nextTopology = now + Self.topologyInterval
        return .loadTopology
    }

    /// When to call ``tick(now:)``, if no event comes earlier.
    package var nextMoment: Duration? {
        let pause = pauses.lazy.map(\.end).min()
        guard needsTopology, !isLoadingTopology else { return pause }
        return pause.map { min($0, nextTopology) } ?? nextTopology
    }

    private mutating func takeBurst(from lane: Int, now: Duration) -> CommandBurst? {
        var room = lanes[lane].window.room
        var entries: [CommandBurst.Entry] = []
        entries.reserveCapacity(min(room, lanes[lane].queue.count))
        while room > 0, lanes[lane].window.acceptsMoreBytes, let entry = lanes[lane].queue.popFirst() {
            // The slot may have gone elsewhere while the command was waiting.
            if entry.route == .owner, laneOfOwner(of: commands[entry.command].slot) != lane {
                enqueue(entry.command, now: now)
                continue
            }
            lanes[lane].window.sent(commands[entry.command].byteCount)
            entries.append(entry)
            room -= 1
        }
        guard !entries.isEmpty else { return nil }
        return CommandBurst(lane: lane, address: lanes[lane].address, entries: entries)
    }

    // MARK: Queues

    private mutating func lane(at address: NodeAddress) -> Int {
        if let lane = laneOfAddress[address] { return lane }
        lanes.append(CommandLane(address: address, maximumInFlight: options.maximumInFlight))
        laneOfAddress[address] = lanes.count - 1
        return lanes.count - 1
    }

    private mutating func laneOfOwner(of slot: HashSlot) -> Int? {
        guard let owner = owners[slot] else { return nil }
        if let lane = laneOfOwner[owner] { return lane }
        let lane = lane(at: owners.addresses[owner])
        laneOfOwner[owner] = lane
        return lane
    }

    private mutating func enqueue(_ entry: CommandBurst.Entry, in lane: Int) {
        lanes[lane].queue.append(entry)
        markReady(lane)
    }

    /// Queues a command for whoever serves its slot.
    private mutating func enqueue(_ command: Int, now: Duration) {
        let slot = commands[command].slot
        if let lane = laneOfOwner(of: slot) {
            enqueue(CommandBurst.Entry(command: command, route: .owner), in: lane)
        } else {
            needsTopology = true
            let message = "no node serves slot \(slot), to which the key belongs"
            postpone(command, ScanFailure(.rediscover, .slotsNotCovered, message), now: now)
        }
    }

    private mutating func markReady(_ lane: Int) {
        guard !lanes[lane].isReady else { return }
        lanes[lane].isReady = true
        ready.append(lane)
    }

    private mutating func settle(_ command: Int, _ reply: KeyReply) {
        assert(!progress[command].isSettled, "a command has one reply")
        progress[command].isSettled = true
        replies[command] = reply
        remaining -= 1
    }

    /// Has a command tried again after a pause, or gives it up.
    private mutating func postpone(_ command: Int, _ failure: ScanFailure, now: Duration) {
        hasNews = true
        progress[command].attempts &+= progress[command].attempts < .max ? 1 : 0
        let milliseconds = UInt32(clamping: Int64(now / .milliseconds(1)))
        let since = progress[command].troubledSince ?? milliseconds
        progress[command].troubledSince = since
        guard now - .milliseconds(since) < options.patience else {
            var error = ClusterScanError(failure)
            if failure.code == .slotsNotCovered {
                error.slots = SlotSet(commands[command].slot...commands[command].slot)
            }
            return settle(command, .unreachable(error))
        }
        let attempts = progress[command].attempts
        if let pause = pauses.lastIndex(where: { $0.attempts == attempts && $0.end > now }) {
            pauses[pause].commands.append(command)
        } else {
            let end = min(
                now + pace.pause(afterAttempts: Int(attempts)),
                max(now + .milliseconds(1), .milliseconds(since) + options.patience)
            )
            pauses.append(Pause(attempts: attempts, end: end, commands: [command]))
        }
    }

    // MARK: Events of nodes

    /// A node can be written to.
    package mutating func connected(lane: Int) {
        lanes[lane].link = .open
        lanes[lane].lostToLargeReply = false
        markReady(lane)
    }

    /// A node could not be connected to: what waits for it was not written.
    package mutating func connectionFailed(lane: Int, _ failure: ScanFailure, now: Duration) {
        lanes[lane].link = .closed
        guard failure.code != .authenticationFailed else {
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
    package mutating func answered(
        _ entry: CommandBurst.Entry,
        lane: Int,
        with reply: RESPValue,
        byteCount: Int,
        now: @autoclosure () -> Duration
    ) {
        lanes[lane].window.answered(commands[entry.command].byteCount, replyBytes: byteCount)
        if !lanes[lane].queue.isEmpty, lanes[lane].window.room > 0 { markReady(lane) }
        guard case .error(let error) = reply else { return settle(entry.command, .value(reply)) }
        if let redirection = Redirection(error, askedAt: lanes[lane].address) {
            return follow(redirection, entry.command, from: lane, now: now())
        }
        let failure = ScanFailure(error, at: lanes[lane].address)
        if failure.remedy == .giveUp {
            settle(entry.command, .error(error))
        } else {
            retry(entry.command, failure, now: now())
        }
    }

    private mutating func follow(
        _ redirection: Redirection,
        _ command: Int,
        from lane: Int,
        now: Duration
    ) {
        let isOfKey = redirection.slot == commands[command].slot.rawValue
        if redirection.kind == .moved, isOfKey,
            owners.assign(commands[command].slot, to: redirection.address)
        {
            needsTopology = true
            hasNews = true
            if laneOfOwner.count < owners.addresses.count { laneOfOwner.append(nil) }
        }
        progress[command].attempts += 1
        guard RetryPace.followsAtOnce(afterAttempts: Int(progress[command].attempts)) else {
            needsTopology = true
            progress[command].attempts -= 1
            let message = "the slot of the key keeps moving"
            let failure = ScanFailure(.rediscover, .unreachable, message, at: lanes[lane].address)
            return postpone(command, failure, now: now)
        }
        switch redirection.kind {
        case .moved where isOfKey:
            enqueue(command, now: now)
        case .moved, .ask:
            let route: CommandBurst.Entry.Route = redirection.kind == .ask ? .asking : .named
            let named = self.lane(at: redirection.address)
            enqueue(CommandBurst.Entry(command: command, route: route), in: named)
        }
    }

    // MARK: Other events

    /// The topology was read.
    package mutating func topologyLoaded(_ owners: SlotOwners, now: Duration) {
        isLoadingTopology = false
        self.owners = owners
        laneOfOwner = Array(repeating: nil, count: owners.addresses.count)
        // Commands for a node that cannot be reached need not wait until that is certain.
        for lane in lanes.indices where lanes[lane].link != .open {
            let waiting = lanes[lane].queue
            lanes[lane].queue = []
            for entry in waiting {
                if entry.route == .owner {
                    enqueue(entry.command, now: now)
                } else {
                    enqueue(entry, in: lane)
                }
            }
        }
    }

    /// The topology could not be read now.
    package mutating func topologyFailed(now: Duration) {
        isLoadingTopology = false
        needsTopology = true
        nextTopology = now + Self.topologyInterval * 5
    }

    /// Time has passed.
    package mutating func tick(now: Duration) {
        let ended = pauses.filter { $0.end <= now }
        guard !ended.isEmpty else { return }
        pauses.removeAll { $0.end <= now }
        for pause in ended {
            for command in pause.commands { enqueue(command, now: now) }
        }
    }
}
