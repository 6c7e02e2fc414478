import DequeModule

/// Decides where the commands of one call go, and what happens to those that did not get through.
///
/// Knows no socket and no clock: it is told what happened, with the time since the call began, and says what
/// to do next. Each command is at any time either queued for one node, under way to one node, pausing, or
/// settled; so it gets exactly one reply.
package struct CommandRouter: Sendable {
    /// How far a command has got.
    struct Progress {
        var attempts: UInt16 = 0
        var isSettled = false
        /// How many connections the server closed while the command waited for its reply.
        var closings: UInt8 = 0
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
    private static let topologyInterval = Duration.milliseconds(250)

    package let commands: [KeyCommand]
    /// The reply to each command, meaningful once ``isFinished``.
    package private(set) var replies: [KeyReply]
    /// Why the whole call failed, if it did.
    package internal(set) var failure: ClusterScanError?

    let options: CommandOptions
    var progress: [Progress]
    private var remaining: Int
    var owners: SlotOwners
    /// The lane of each node in `owners`, once it was needed.
    var laneOfOwner: [Int?]
    var lanes: [CommandLane] = []
    private var laneOfAddress: [NodeAddress: Int] = [:]
    private var ready: Deque<Int> = []
    /// The lanes whose nodes refuse all work.
    var refusing: Set<Int> = []
    private var pauses: [Pause] = []
    var pace: RetryPace
    var needsTopology = false
    private var isLoadingTopology = false
    private var nextTopology = Duration.zero
    /// Whether something was postponed or found outdated since nothing was left to do.
    var hasNews = true

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
        // A node that was asked whether it works again says so in its own time.
        let refusals = refusing.map { lanes[$0] }.filter {
            $0.link == .open && $0.window.isEmpty && !$0.queue.isEmpty
        }
        let ends = pauses.map(\.end) + refusals.compactMap { $0.refusal?.end }
        let pause = ends.min()
        guard needsTopology, !isLoadingTopology else { return pause }
        return pause.map { min($0, nextTopology) } ?? nextTopology
    }

    private mutating func takeBurst(from lane: Int, now: Duration) -> CommandBurst? {
        var room = lanes[lane].window.room
        if let refusal = lanes[lane].refusal {
            room = now < refusal.end || !lanes[lane].window.isEmpty ? 0 : 1
        }
        var entries: [CommandBurst.Entry] = []
        entries.reserveCapacity(min(room, lanes[lane].queue.count))
        while room > 0, lanes[lane].window.acceptsMoreBytes, var entry = lanes[lane].queue.popFirst() {
            let company = largestCompany(of: entry.command)
            guard lanes[lane].window.commands < company else {
                lanes[lane].queue.prepend(entry)
                break
            }
            // The slot may have gone elsewhere while the command was waiting.
            if entry.route == .owner, laneOfOwner(of: commands[entry.command].slot) != lane {
                enqueue(entry.command, now: now)
                continue
            }
            lanes[lane].window.sent(commands[entry.command].byteCount, company: company)
            entry.replyCount = commands[entry.command].replyCount + (entry.route == .asking ? 1 : 0)
            entries.append(entry)
            room = min(room - 1, company - lanes[lane].window.commands)
        }
        guard !entries.isEmpty else { return nil }
        return CommandBurst(lane: lane, address: lanes[lane].address, entries: entries)
    }

    /// How many commands may be under way at a node together with this one: the more often its connection was
    /// closed, the fewer, until it is known which command it is that the server closes connections over.
    private func largestCompany(of command: Int) -> Int {
        let closings = progress[command].closings
        return closings == 0 ? .max : max(1, options.maximumInFlight >> (2 * Int(closings)))
    }

    // MARK: Queues

    /// Each is a connection: servers that make up one address after another must not have us open them all.
    static let mostLanes = HashSlot.count

    func knows(_ address: NodeAddress) -> Bool { laneOfAddress[address] != nil }

    mutating func lane(at address: NodeAddress) -> Int {
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

    mutating func enqueue(_ entry: CommandBurst.Entry, in lane: Int) {
        lanes[lane].queue.append(entry)
        markReady(lane)
    }

    /// Queues a command for whoever serves its slot.
    mutating func enqueue(_ command: Int, now: Duration) {
        let slot = commands[command].slot
        if let lane = laneOfOwner(of: slot) {
            enqueue(CommandBurst.Entry(command: command, route: .owner), in: lane)
        } else {
            needsTopology = true
            let message = "no node serves slot \(slot), to which the key belongs"
            postpone(command, ScanFailure(.rediscover, .slotsNotCovered, message), now: now)
        }
    }

    mutating func markReady(_ lane: Int) {
        guard !lanes[lane].isReady else { return }
        lanes[lane].isReady = true
        ready.append(lane)
    }

    mutating func settle(_ command: Int, _ reply: KeyReply) {
        assert(!progress[command].isSettled, "a command has one reply")
        progress[command].isSettled = true
        replies[command] = reply
        remaining -= 1
    }

    /// Has a command tried again after a pause, or gives it up.
    mutating func postpone(_ command: Int, _ failure: ScanFailure, now: Duration) {
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
        nextTopology = now + Self.topologyInterval * 2
    }

    /// Time has passed.
    package mutating func tick(now: Duration) {
        for lane in refusing { markReady(lane) }
        let ended = pauses.filter { $0.end <= now }
        guard !ended.isEmpty else { return }
        pauses.removeAll { $0.end <= now }
        for pause in ended {
            for command in pause.commands { enqueue(command, now: now) }
        }
    }
}
