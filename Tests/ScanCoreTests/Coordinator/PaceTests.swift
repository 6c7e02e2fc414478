import ScanCore
import Testing

@Suite("Pace")
struct PaceTests {
    private func adaptive(budget: Duration = .milliseconds(1)) -> ScanPolicy {
        ScanPolicy(strategy: .scan, count: nil, latencyBudget: budget)
    }

    @Test("a call takes about the budget, whatever a key costs", arguments: [0.1, 0.4, 2, 50])
    func budget(cost: Double) throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: cost)
        try server.read(for: .seconds(1))
        let expected = min(10_000, 1000 / cost)
        #expect(abs(Double(server.lastCount) - expected) <= expected / 10)
    }

    @Test("while others use the server, a call takes an eighth of the budget, and grows again after them")
    func shared() throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: 0.4)
        try server.read(for: .seconds(1))
        #expect((2250...2750).contains(server.lastCount))
        server.othersPerSecond = 500
        try server.read(for: .milliseconds(600))
        #expect((280...345).contains(server.lastCount))
        #expect(server.events.contains { if case .paceChanged(_, _, true) = $0 { true } else { false } })
        server.othersPerSecond = 0
        try server.read(for: .seconds(5))
        #expect((2250...2750).contains(server.lastCount))
    }

    @Test("a server that gets slow is asked for less at the next reading")
    func slower() throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: 0.4)
        try server.read(for: .seconds(1))
        server.microsecondsPerKey = 8
        try server.read(for: .seconds(1))
        #expect((110...140).contains(server.lastCount))
    }

    @Test("a health check now and then does not count as use")
    func healthChecks() throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: 0.4, othersPerSecond: 2)
        try server.read(for: .seconds(5))
        #expect(server.lastCount > 2000)
    }

    @Test("a server that tells nothing is asked for 1,000 keys at a time")
    func silent() throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: 0.4)
        server.isSilent = true
        try server.read(for: .seconds(1))
        #expect(server.lastCount == 1000)
    }

    @Test("counters that were reset do not mislead")
    func reset() throws {
        var server = try PacedServer(adaptive(), microsecondsPerKey: 0.4)
        try server.read(for: .seconds(1))
        server.resetStatistics()
        try server.read(for: .milliseconds(260))
        #expect((2250...2750).contains(server.lastCount))
    }

    @Test("a fixed COUNT stays, and nothing is asked of the server's work", arguments: [1, 77, 50_000])
    func fixed(count: Int) throws {
        var server = try PacedServer(
            ScanPolicy(strategy: .scan, count: count),
            microsecondsPerKey: 5,
            othersPerSecond: 9999
        )
        try server.read(for: .seconds(1))
        #expect(server.lastCount == count)
        #expect(server.readings == 0)
    }

    @Test("no more calls and keys a second than allowed", arguments: [true, false])
    func limits(byKeys: Bool) throws {
        var policy = ScanPolicy(strategy: .scan, count: 100)
        if byKeys { policy.maximumKeysPerSecond = 500 } else { policy.maximumCallsPerSecond = 25 }
        var server = try PacedServer(policy, microsecondsPerKey: 1)
        try server.read(for: .seconds(10))
        // The first call is free.
        #expect((byKeys ? 4900...5150 : 24_500...25_500).contains(server.keys))
        // Evenly, not in leaps.
        #expect(server.longestGap < .milliseconds(byKeys ? 120 : 60))
    }

    @Test("limits that make no sense do not stop the iteration", arguments: [0, -1, Double.nan, .infinity])
    func nonsense(limit: Double) throws {
        let policy = ScanPolicy(
            strategy: .scan,
            count: 100,
            maximumCallsPerSecond: limit,
            maximumKeysPerSecond: limit
        )
        var server = try PacedServer(policy, microsecondsPerKey: 1)
        try server.read(for: .seconds(400))
        #expect(server.keys >= 3)
    }
}

/// One node that answers pages, on a clock of its own.
private struct PacedServer {
    var microsecondsPerKey: Double
    var othersPerSecond: Double
    var isSilent = false
    private(set) var lastCount = 0
    private(set) var keys = 0
    private(set) var readings = 0
    private(set) var longestGap = Duration.zero
    private var script: CoordinatorScript
    private var cursor: UInt64 = 0
    private var scanTime = 0.0
    private var others = 0.0

    private static let networkTime = Duration.microseconds(100)

    init(_ policy: ScanPolicy, microsecondsPerKey: Double, othersPerSecond: Double = 0) throws {
        self.microsecondsPerKey = microsecondsPerKey
        self.othersPerSecond = othersPerSecond
        script = CoordinatorScript(
            wanted: "0-9",
            topology: try CoordinatorScript.topology(a: "0-9", b: ""),
            policy: policy
        )
        try script.answerStatus(
            NodeStatus(
                nodeID: CoordinatorScript.a.id,
                runID: CoordinatorScript.run("1"),
                slots: CoordinatorScript.slots("0-9")
            )
        )
    }

    var events: [ScanEvent] { script.events }

    mutating func read(for duration: Duration) throws {
        let end = script.now + duration
        var lastCall = script.now
        while script.now < end {
            if script.isAskedForWork(of: CoordinatorScript.a) {
                readings += 1
                let statistics = CommandStatistics(scanMicroseconds: Int(scanTime), otherCalls: Int(others))
                try script.answerWork(of: CoordinatorScript.a, isSilent ? nil : statistics)
            }
            guard let count = script.countAsked(of: CoordinatorScript.a) else {
                pass(.milliseconds(1))
                continue
            }
            longestGap = max(longestGap, script.now - lastCall)
            lastCall = script.now
            lastCount = count
            keys += count
            cursor += 1
            scanTime += Double(count) * microsecondsPerKey
            pass(.microseconds(Double(count) * microsecondsPerKey) + Self.networkTime)
            try script.answerPage(of: CoordinatorScript.a, expecting: cursor - 1, next: cursor)
        }
    }

    mutating func resetStatistics() {
        scanTime = 0
        others = 0
    }

    private mutating func pass(_ time: Duration) {
        others += othersPerSecond * (time / .seconds(1))
        script.pass(time)
    }
}
