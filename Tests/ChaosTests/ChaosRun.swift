import ClusterScan
import Foundation
import Synchronization
import TestCluster

/// Full iterations over one cluster, one after another, while it is treated badly.
struct ChaosRun {
    let cluster: ChaosCluster
    let keys: ChaosKeys
    let plan: ChaosPlan
    let log = FaultLog()
    let work: ServerWork
    private(set) var report = ChaosReport()

    private static let kills = 4
    /// How long an iteration takes when nothing happens to it.
    private static let pace = Duration.seconds(4)
    /// Faults end after ten seconds at most, and a busy machine takes a minute for what a quiet one does in
    /// ten seconds: an iteration that needs longer does not end at all.
    private static let limit = Duration.seconds(180)

    init(cluster: ChaosCluster, keys: ChaosKeys, plan: ChaosPlan) {
        self.cluster = cluster
        self.keys = keys
        self.plan = plan
        work = ServerWork(cluster: cluster)
    }

    mutating func run() async throws -> ChaosReport {
        _ = await work.takeTotal()
        try await scanQuietly()
        let end = ContinuousClock.now + plan.duration
        repeat {
            try await iterate()
        } while report.violations.isEmpty && (ContinuousClock.now < end || report.iterations < 3)
        report.faults = log.counts
        return report
    }

    /// What an iteration costs when nothing happens: the mean of both ways to read.
    private mutating func scanQuietly() async throws {
        for strategy in [ScanStrategy.scan, .slots] {
            var manner = ScannerProcess.Manner()
            manner.strategy = strategy
            let scan = try await scan(iteration: 0, manner: manner, isStruck: false)
            check(scan, iteration: 0, history: ["a quiet scan, strategy \(strategy)"])
        }
        report.quietWork = await work.takeTotal().halved
    }

    private mutating func iterate() async throws {
        let iteration = report.iterations + 1
        let isOver = Flag()
        let faults = Faults(
            cluster: cluster,
            keys: keys,
            log: log,
            work: work,
            plan: plan,
            iteration: iteration,
            isOver: { isOver.isSet }
        )
        let (cluster, keys, random) = (cluster, keys, plan.random(iteration: iteration, part: .writer))
        async let writes = onOwnThread {
            var writer = VolatileWriter(cluster: cluster, keys: keys, random: random)
            writer.run { isOver.isSet }
            return writer.written
        }
        async let struck: Void = faults.run()
        let scan: Scan
        do {
            defer { isOver.set() }
            scan = try await self.scan(iteration: iteration, manner: nil, isStruck: true)
        }
        try await struck
        report.writes += try await writes
        try await cluster.heal()
        report.iterations = iteration
        print("Chaos, iteration \(iteration): \(scan.processes) scan processes, \(scan.time)")
        report.work += await work.takeTotal()
        check(scan, iteration: iteration, history: log.takeHistory())
        if !report.violations.isEmpty {
            await explain(scan)
        }
    }

    // MARK: Scanning

    /// What one iteration found, over all its processes.
    struct Scan: Sendable {
        var found: [UInt16]
        var processes = 0
        var time = Duration.zero
        var volatileKeys = 0
        var strangers: [[UInt8]] = []
        var failure: String?
        /// What each process told, after the cursor it began with.
        var events: [String] = []
    }

    private mutating func scan(iteration: Int, manner: ScannerProcess.Manner?, isStruck: Bool) async throws
        -> Scan
    {
        var random = plan.random(iteration: iteration, part: .scan)
        var killing = plan.random(iteration: iteration, part: .kills)
        var scan = Scan(found: [UInt16](repeating: 0, count: keys.names.count))
        var cursor = "0"
        var kills = isStruck ? Int.random(in: 0...Self.kills, using: &killing) : 0
        let start = ContinuousClock.now
        while true {
            let manner = manner ?? .init(keys: keys.names.count, lasting: Self.pace, drawnFrom: &random)
            let process = ScannerProcess()
            let delay: Duration? =
                kills > 0 ? .milliseconds(Int.random(in: 200...2500, using: &killing)) : nil
            let left = Self.limit - (ContinuousClock.now - start)
            let killer = Task { () -> Bool in
                try await Task.sleep(for: min(delay ?? left, left))
                return process.endAtOnce()
            }
            log.note("scan from \(cursor): \(manner)")
            let outcome = try await process.run(
                from: cursor,
                seeds: (cursor == "0" ? cluster.lastingAddresses : cluster.addresses).shuffled(
                    using: &random
                ),
                manner: manner,
                eventsAt: "\(cluster.local.directory)/scan.log"
            )
            killer.cancel()
            scan.add(outcome, of: keys)
            report.counts.merge(outcome.counts, uniquingKeysWith: +)
            cursor = outcome.cursor
            if outcome.end == .killed {
                kills -= 1
                report.kills += 1
                log.note("scan killed after \(outcome.keys.count) keys; \(outcome.counts)")
            }
            if case .failed(let reason) = outcome.end { scan.failure = reason }
            if ContinuousClock.now - start > Self.limit {
                scan.failure = "no end after \(Self.limit), at \(cursor)"
            }
            if outcome.end != .killed || scan.failure != nil { break }
        }
        scan.time = ContinuousClock.now - start
        report.runs += scan.processes
        report.longest = max(report.longest, scan.time)
        return scan
    }

    // MARK: Checking

    private mutating func check(_ scan: Scan, iteration: Int, history: [String]) {
        report.keysChecked += scan.found.count
        report.duplicates += scan.found.reduce(0) { $0 + max(0, Int($1) - 1) }
        report.volatileKeys += scan.volatileKeys
        let missed = scan.found.indices.filter { scan.found[$0] == 0 }
        var violations: [String] = []
        if let failure = scan.failure { violations.append("the scan failed: \(failure)") }
        if !missed.isEmpty { violations.append("\(missed.count) keys missed: \(describe(missed))") }
        if let stranger = scan.strangers.first {
            violations.append("never written, but returned: \(stranger)")
        }
        guard !violations.isEmpty else { return }
        report.violations.append("iteration \(iteration): " + violations.joined(separator: "; "))
        report.violations += history + scan.events
    }

    private func describe(_ missed: [Int]) -> String {
        let slots = Set(missed.map { KeySlot.of(keys.names[$0]) }).sorted()
        let example = String(decoding: keys.names[missed[0]], as: UTF8.self).debugDescription
        return "\(example) and others, of slots \(slots.prefix(50))"
    }

    /// Tells a miss of the scan from a loss of the servers.
    private mutating func explain(_ scan: Scan) async {
        do {
            let lost = try await keys.lost(in: cluster)
            let missed = scan.found.indices.filter { scan.found[$0] == 0 }
            let both = missed.count { lost.contains($0) }
            report.violations.append("\(lost.count) keys are in no server, \(both) of those missed")
        } catch {
            report.violations.append("could not look for them: \(error)")
        }
    }
}

extension ChaosRun.Scan {
    mutating func add(_ outcome: ScannerProcess.Outcome, of keys: ChaosKeys) {
        for name in outcome.keys {
            if let index = keys.indices[name] {
                found[index] += 1
            } else if keys.volatile.contains(name) {
                volatileKeys += 1
            } else {
                strangers.append(name)
            }
        }
        processes += 1
        events.append(outcome.events)
    }
}

extension ServerWork.Amount {
    /// The mean of two amounts that were added up.
    var halved: Self {
        Self(scans: scans / 2, snapshots: snapshots / 2, counts: counts / 2, microseconds: microseconds / 2)
    }
}

/// Set once, seen by everybody.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
