/// How much one node is asked for at a time, and how often.
///
/// Without a fixed COUNT it is the server's time that is fixed: what the server itself says it spent on our
/// calls tells what a key costs there, and whether others use the server tells how long a call may hold them
/// up. Times measured on this side would not do: they hold the network and our own delays as well.
struct AdaptiveCount: Sendable {
    private let fixedCount: Int?
    private let latencyBudget: Duration
    private let callsPerSecond: Double?
    private let keysPerSecond: Double?

    /// `COUNT` of the next page, or about how many keys the next burst of snapshots may hold.
    private(set) var count: Int
    /// Whether others use the server.
    private(set) var isShared = false

    private var lastReading: (statistics: CommandStatistics, at: Duration)?
    private var nextReading = Duration.zero
    private var isAsking = false
    private var readings = 0
    private var keysSinceReading = 0
    private var sharedUntil = Duration.zero
    /// When the limits allow another call.
    private(set) var nextCall = Duration.zero

    init(_ policy: ScanPolicy) {
        latencyBudget = policy.latencyBudget
        callsPerSecond = policy.maximumCallsPerSecond.map(Self.sensible)
        keysPerSecond = policy.maximumKeysPerSecond.map(Self.sensible)
        fixedCount = policy.count
        count = policy.count ?? Self.firstCount
        count = min(count, mostKeys)
    }

    /// Before anything is known: a tenth of a millisecond on servers as they are.
    private static let firstCount = 250
    /// For servers that do not tell about themselves.
    private static let blindCount = 1000
    private static let largestCount = 10_000
    private static let smallestCount = 10

    /// What others use the server for at least, in calls per second, to be taken into account.
    private static let sharedRate = 20.0
    /// The share of the budget that is used while others use the server: one call then holds them up for
    /// about as long as a few of their own.
    private static let sharedFraction = 0.125
    private static let sharedMemory = Duration.seconds(2)
    /// The first readings come soon, so that little is read with a guess.
    private static let readingIntervals: [Duration] = [
        .milliseconds(20), .milliseconds(50), .milliseconds(100),
    ]
    private static let readingInterval = Duration.milliseconds(250)

    // MARK: Limits

    /// Limits come from outside: neither nothing nor less than nothing may stop the iteration for ever.
    private static func sensible(_ rate: Double) -> Double { rate > 0.01 ? rate : 0.01 }

    /// A limit on keys is kept over tenths of a second, not in leaps.
    private var mostKeys: Int {
        keysPerSecond.map { max(1, Int(min($0 / 10, Double(Self.largestCount)))) } ?? .max
    }

    /// Notes that a call is made, and when the next one may be.
    ///
    /// - Parameters:
    ///   - keys: How many keys the server looks at, about.
    ///   - now: The time since the start.
    mutating func called(keys: Int, now: Duration) {
        keysSinceReading += keys
        var pause = 0.0
        if let callsPerSecond { pause = 1 / callsPerSecond }
        if let keysPerSecond { pause = max(pause, Double(keys) / keysPerSecond) }
        // A little time that was lost to timers is made up for; a long silence is not.
        if pause > 0 { nextCall = max(nextCall, now - .milliseconds(20)) + .seconds(pause) }
    }

    // MARK: Adapting

    /// Whether the server is to be asked about its work now; it is not asked again before it has answered.
    mutating func takesReading(now: Duration) -> Bool {
        guard fixedCount == nil, !isAsking, now >= nextReading else { return false }
        isAsking = true
        return true
    }

    /// The server has answered about its work.
    ///
    /// - Parameters:
    ///   - statistics: What it says; `nil` if it does not say.
    ///   - now: The time since the start.
    mutating func read(_ statistics: CommandStatistics?, now: Duration) {
        isAsking = false
        let interval =
            readings < Self.readingIntervals.count
            ? Self.readingIntervals[readings] : Self.readingInterval
        nextReading = now + interval
        readings += 1
        guard let statistics else {
            count = Self.clamp(Self.blindCount, below: mostKeys)
            return
        }
        defer {
            lastReading = (statistics, now)
            keysSinceReading = 0
        }
        guard let last = lastReading else { return }
        let calls = statistics.otherCalls - last.statistics.otherCalls
        let time = statistics.scanMicroseconds - last.statistics.scanMicroseconds
        // The counters were reset.
        guard calls >= 0, time >= 0 else { return }
        if calls > 1, Double(calls) / ((now - last.at) / .seconds(1)) >= Self.sharedRate {
            sharedUntil = now + Self.sharedMemory
        }
        isShared = now < sharedUntil
        guard time > 0, keysSinceReading > 0 else { return }
        let timePerKey = Double(time) / Double(keysSinceReading)
        let budget = latencyBudget / .microseconds(1) * (isShared ? Self.sharedFraction : 1)
        let wanted = min(budget / timePerKey, Double(Self.largestCount))
        // Down at once; up by steps, as what is known was learned from smaller calls.
        count = Self.clamp(min(Int(wanted), count * 4), below: mostKeys)
    }

    private static func clamp(_ count: Int, below limit: Int) -> Int {
        min(max(count, smallestCount), limit)
    }
}
