import ScanCore

/// One iteration over one simulated cluster, from its first session to its end, decided by one seed.
struct Simulation {
    /// What came of it. `violations` is empty if the promise was kept.
    struct Verdict: Sendable {
        var violations: [String] = []
        var sessions = 0
        var events = 0
        var keysPromised = 0
        var duplicates = 0
        var restarts = 0
        /// Iterations that ended with an error that named slots which only an operator can repair.
        var honestFailures = 0
        var faults: [String: Int] = [:]
    }

    let seed: UInt64
    var isWide = false
    /// What the coordinator is deceived with, to see that the simulation notices.
    var falsehood: Falsehood?
    /// Whether everything that is reported is printed.
    var isTraced = false

    private static let mostEvents = 200_000
    private static let mostSessions = 8

    func run() -> Verdict {
        let timeline = Timeline()
        var random = SplitMix64(state: seed ^ 0x5EED)
        let cluster = SimulatedCluster(seed: seed, isWide: isWide, timeline: timeline)
        cluster.isTraced = isTraced
        var verdict = Verdict()
        let query = ScanQuery()
        let disturbedUntil = Int.random(in: 0...60_000, using: &random)
        disturb(cluster, every: Int.random(in: 60...1500, using: &random), until: disturbedUntil)

        var wanted = SlotSet(cluster.universe.hotSlots)
        if Int.random(in: 0..<4, using: &random) == 0 {
            wanted = SlotSet(cluster.universe.hotSlots.filter { _ in Bool.random(using: &random) })
        }
        var start = ScanProgress(queryDigest: query.digest, wanted: wanted)
        var accepted: Set<Int> = []
        var token: String?
        // Page by page, each in a process of its own, to the very end.
        let isPaged = Int.random(in: 0..<6, using: &random) == 0
        // What has happened before the iteration begins matters as well.
        let before = Bool.random(using: &random) ? Int.random(in: 0...20_000, using: &random) : 0
        while timeline.now < before, timeline.step() {}
        cluster.mark()

        while true {
            verdict.sessions += 1
            if let token {
                do {
                    start = try ScanCursor(token).progress(of: query)
                } catch {
                    verdict.violations.append("a cursor of ours was refused: \(error)")
                    break
                }
            }
            var handed = accepted
            var checkpoint: (token: String, accepted: Set<Int>)?
            var batches = 0
            let isLast = verdict.sessions >= Self.mostSessions
            let several = [3, 10, 40, Int.max].randomElement(using: &random) ?? 0
            let stopsAfter = isPaged ? 1 : isLast ? Int.max : several
            let keepsEarlier = !isPaged && Int.random(in: 0..<4, using: &random) == 0
            let session = SimulatedSession(
                progress: start,
                policy: policy(using: &random),
                cluster: cluster,
                seed: random.next(),
                falsehood: falsehood
            ) { batch, cursor in
                // A page that brings nothing is not handed out by the page API either.
                if !batch.keys.isEmpty { batches += 1 }
                for key in batch.keys {
                    guard let number = cluster.universe.byName[key.bytes] else {
                        verdict.violations.append("a key nobody ever had was returned: \(key)")
                        continue
                    }
                    if !handed.insert(number).inserted { verdict.duplicates += 1 }
                    if !cluster.seen.contains(number) {
                        verdict.violations.append("a key that was absent throughout was returned: \(key)")
                    }
                }
                if !keepsEarlier || batches % 3 == 1, !cursor.isFinished {
                    checkpoint = (cursor.description, handed)
                }
            }
            if isTraced { session.trace = { print($1, $0) } }
            session.run()
            while session.outcome == nil || !session.hasHandedEverything, batches < stopsAfter {
                verdict.events += 1
                guard verdict.events < Self.mostEvents else { break }
                guard timeline.step() else { break }
            }
            session.stop()
            verdict.restarts += session.coordinator.report(now: .zero).restarts
            if verdict.events >= Self.mostEvents {
                if isPaged, session.coordinator.remaining.allSatisfy(cluster.isHalfOpen) {
                    // Each page has a process of its own, so that none of them knows since when.
                    verdict.honestFailures += 1
                } else {
                    let state = session.coordinator.remaining.map(cluster.described).joined(separator: "; ")
                    verdict.violations.append("it did not end: \(state)")
                }
                break
            }
            if batches >= stopsAfter || session.outcome == nil {
                guard batches >= stopsAfter else {
                    verdict.violations.append("it stands still: nothing is under way and it has not ended")
                    break
                }
                if let checkpoint { (token, accepted) = checkpoint }
                continue
            }
            switch session.outcome {
            case .finished(let report):
                accepted = handed
                if !report.isComplete {
                    verdict.violations.append("it ended without slots \(report.uncovered)")
                }
                let promised = cluster.present.filter { wanted.contains(cluster.universe.slots[$0]) }
                verdict.keysPromised = promised.count
                let missing = promised.subtracting(accepted).sorted()
                if !missing.isEmpty {
                    let names = missing.prefix(3).map {
                        String(decoding: cluster.universe.names[$0], as: UTF8.self)
                    }
                    verdict.violations.append("\(missing.count) keys were missed, such as \(names)")
                }
            case .failed(let error):
                if error.slots.isEmpty, error.code == .unreachable {
                    // Nobody answered the very first question. A user would try again.
                    if let checkpoint { (token, accepted) = checkpoint }
                    continue
                }
                let unexplained = error.slots.filter { !cluster.isHalfOpen($0) }
                guard error.slots.isEmpty || !unexplained.isEmpty else {
                    // Named, and in need of repair.
                    verdict.honestFailures += 1
                    break
                }
                let state = unexplained.map(cluster.described).joined(separator: "; ")
                verdict.violations.append("it failed: \(error): \(state)")
            case nil: break
            }
            break
        }
        verdict.faults = cluster.faults
        return verdict
    }

    private func disturb(_ cluster: SimulatedCluster, every pause: Int, until end: Int) {
        cluster.timeline.schedule(after: pause) {
            guard cluster.timeline.now < end else {
                // From now on every node hears of every other.
                for round in 0..<40 {
                    cluster.timeline.schedule(after: round * 10_000) {
                        cluster.gossipEverything()
                        cluster.settle()
                    }
                }
                return
            }
            cluster.disturb()
            disturb(cluster, every: pause, until: end)
        }
    }

    private func policy(using random: inout SplitMix64) -> ScanPolicy {
        var policy = ScanPolicy(
            maximumLanes: [nil, nil, 1, 2].randomElement(using: &random) ?? nil,
            readPreference: Int.random(in: 0..<4, using: &random) == 0 ? .preferReplicas : .primaries,
            strategy: ScanStrategy.allCases.randomElement(using: &random) ?? .auto,
            count: Int.random(in: 1...30, using: &random),
            largestSnapshot: Int.random(in: 2...30, using: &random),
            snapshotSlack: Int.random(in: 1...4, using: &random),
            slotsPerCredit: Int.random(in: 1...8, using: &random),
            shortestPause: .microseconds(200),
            longestPause: .milliseconds(5),
            patience: .seconds(1),
            startWindow: .microseconds(SimulatedCluster.startWindow),
            seed: random.next()
        )
        // Drawn from the policy's own seed, so that what a seed did before there were paces it still does.
        var paces = SplitMix64(state: policy.seed)
        if paces.next() % 4 == 0 {
            policy.count = nil
            policy.latencyBudget = .microseconds(Int(paces.next() % 2000))
        }
        if paces.next() % 8 == 0 { policy.maximumCallsPerSecond = Double(2000 + paces.next() % 20_000) }
        if paces.next() % 8 == 0 { policy.maximumKeysPerSecond = Double(10_000 + paces.next() % 50_000) }
        return policy
    }
}
