import ClusterScan

/// A router with made-up nodes `a`, `b` and `c`, which answer as told; time passes only where nothing else
/// can.
struct RouterScript {
    enum Answer {
        case value
        case error(String)
        /// The connection is lost: before the command was run, or after.
        case lost(afterRunning: Bool)
        case tooLarge
    }

    struct Attempt: Hashable {
        var node: String
        var command: Int
        var isAsking: Bool
    }

    struct Stuck: Error {}

    static let keys = (0..<12).map { "key:\($0)" }

    private(set) var router: CommandRouter
    private(set) var now = Duration.zero
    /// The bursts, each with its node and commands: `a 0 1 2`; `?` before a command stands for `ASKING`.
    private(set) var writes: [String] = []
    private(set) var topologyLoads = 0
    /// How often each command was run.
    private(set) var runs: [Int: Int] = [:]
    /// What nodes do with commands.
    var answer: (Attempt) -> Answer
    /// Whether a connection that is lost takes the replies with it that came before in the same burst, as
    /// those do that a server has not sent yet.
    var losesRepliesBefore = false
    /// Why a node cannot be connected to.
    var connectionFailure: (String) -> ScanFailure? = { _ in nil }
    /// The topology, or that it cannot be read.
    var topology: () -> SlotOwners?

    init(
        _ commands: [KeyCommand],
        owners: SlotOwners = RouterScript.thirds,
        preferring preferred: String? = nil,
        options: CommandOptions = CommandOptions(),
        seed: UInt64 = 1,
        answer: @escaping (Attempt) -> Answer
    ) {
        router = CommandRouter(
            commands,
            owners: owners,
            preferring: preferred.map(Self.address),
            options: options,
            seed: seed
        )
        self.answer = answer
        topology = { owners }
    }

    static func address(_ name: String) -> NodeAddress { NodeAddress(host: name, port: 1) }

    static func reads(_ count: Int) -> [KeyCommand] {
        (0..<count).map { KeyCommand("GET", key: "key:\($0)".utf8, isRepeatable: true) }
    }

    static func writes(_ count: Int) -> [KeyCommand] {
        (0..<count).map { KeyCommand("INCR", key: "key:\($0)".utf8, isRepeatable: false) }
    }

    /// `a`, `b` and `c` serve a third of the slots each.
    static let thirds = owners(["a": 0...5460, "b": 5461...10922, "c": 10923...16383])

    static func owners(_ ranges: [String: ClosedRange<UInt16>]) -> SlotOwners {
        let shards = ranges.sorted { $0.key < $1.key }.compactMap { name, range -> ClusterTopology.Shard? in
            guard let id = NodeID(String(repeating: name, count: 40)), let first = slot(range.lowerBound),
                let last = slot(range.upperBound)
            else { return nil }
            let node = ClusterNode(id: id, address: address(name))
            return ClusterTopology.Shard(primary: node, replicas: [], slots: SlotSet(first...last))
        }
        guard let topology = try? ClusterTopology(shards: shards) else { fatalError("slots overlap") }
        return SlotOwners(topology)
    }

    private static func slot(_ number: UInt16) -> HashSlot? { HashSlot(rawValue: number) }

    /// Goes on until every command has its reply.
    mutating func run() throws {
        for _ in 0..<200_000 {
            if router.isFinished || router.failure != nil { return }
            if let action = router.nextAction(now: now) {
                perform(action)
            } else {
                guard let next = router.nextMoment else { throw Stuck() }
                now = max(now, next)
                router.tick(now: now)
            }
        }
        throw Stuck()
    }

    private mutating func perform(_ action: CommandAction) {
        switch action {
        case .connect(let lane, let address):
            if let failure = connectionFailure(address.host) {
                router.connectionFailed(lane: lane, failure, now: now)
            } else {
                router.connected(lane: lane)
            }
        case .loadTopology:
            topologyLoads += 1
            if let owners = topology() {
                router.topologyLoaded(owners, now: now)
            } else {
                router.topologyFailed(now: now)
            }
        case .write(let burst):
            writes.append(
                burst.unanswered.reduce(burst.address.host) { text, entry in
                    text + (entry.route == .asking ? " ?" : " ") + "\(entry.command)"
                }
            )
            answerAll(burst)
        }
    }

    private mutating func answerAll(_ written: CommandBurst) {
        var burst = written
        if losesRepliesBefore, written.replyCount == written.unanswered.count {
            for entry in written.unanswered {
                let attempt = Attempt(node: written.address.host, command: entry.command, isAsking: false)
                guard case .lost = answer(attempt) else { continue }
                return router.lost(written, error(.closed, written.address), now: now)
            }
        }
        for _ in 0..<written.replyCount {
            guard let next = burst.unanswered.first else { return }
            var rest = burst
            guard rest.answer() != nil else {
                burst = rest
                continue
            }
            let attempt = Attempt(
                node: burst.address.host,
                command: next.command,
                isAsking: next.route == .asking
            )
            let reply: RESPValue
            switch answer(attempt) {
            case .value:
                runs[next.command, default: 0] += 1
                reply = .integer(Int64(next.command))
            case .error(let message):
                reply = .error(ServerError(message: message))
            case .lost(let afterRunning):
                if afterRunning { runs[next.command, default: 0] += 1 }
                return router.lost(burst, error(.closed, burst.address), now: now)
            case .tooLarge:
                runs[next.command, default: 0] += 1
                return router.lost(burst, error(.replyTooLarge, burst.address), now: now)
            }
            burst = rest
            _ = router.answered(next, lane: burst.lane, with: reply, byteCount: 16, now: now)
        }
    }

    private func error(_ kind: ConnectionError.Kind, _ address: NodeAddress) -> ConnectionError {
        ConnectionError(kind, address: address, message: "\(kind)")
    }
}

extension KeyReply {
    /// In short, for tables.
    var summary: String {
        switch self {
        case .value(let value): value.integer.map(String.init) ?? "value"
        case .error(let error): error.message
        case .tooLarge: "too large"
        case .outcomeUnknown: "unknown"
        case .unreachable(let error): "unreachable: \(error.message)"
        }
    }
}
