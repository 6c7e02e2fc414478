import ScanCore

/// A user of the library: iterates over the cluster to the end, over as many processes, pages and errors as
/// it takes, and keeps what it was handed together with the cursor that stands for it.
final class SimulatedCaller {
    let cluster: SimulatedCluster
    let query: ScanQuery
    let wanted: SlotSet
    var verdict = Simulation.Verdict()
    private let falsehood: Falsehood?
    private let isTraced: Bool
    private var random: SplitMix64
    /// Page by page to the very end, mostly each in a process of its own.
    private let isPaged: Bool
    /// What was saved last: the cursor, and the keys that it stands for.
    private var saved: (token: String?, keys: Set<Int>) = (nil, [])
    /// The keys that have been handed out since.
    private var handed: Set<Int> = []
    private var isDone = false

    private static let mostEvents = 200_000
    /// So many processes are stopped on their way, and so many errors mended.
    private static let mostStops = 8

    init(of cluster: SimulatedCluster, falsehood: Falsehood?, isTraced: Bool, random: SplitMix64) {
        self.cluster = cluster
        self.falsehood = falsehood
        self.isTraced = isTraced
        var random = random
        query = cluster.isWide ? SimulatedQuery.random(using: &random) : ScanQuery()
        var wanted = SlotSet(cluster.universe.hotSlots)
        if Int.random(in: 0..<4, using: &random) == 0 {
            wanted = SlotSet(cluster.universe.hotSlots.filter { _ in Bool.random(using: &random) })
        }
        self.wanted = wanted.intersection(query.slots)
        isPaged = Int.random(in: 0..<6, using: &random) == 0
        self.random = random
    }

    func iterate() {
        while !isDone, verdict.violations.isEmpty {
            guard let progress = resume() else { break }
            if isPaged { readPages(from: progress) } else { readStream(from: progress) }
        }
        verdict.faults = cluster.faults
    }

    // MARK: Cursors

    private func resume() -> ScanProgress? {
        verdict.sessions += 1
        handed = saved.keys
        cluster.introduce(to: saved.token == nil)
        guard let token = saved.token else {
            return ScanProgress(queryDigest: query.digest, wanted: wanted)
        }
        do {
            return try ScanCursor(token).progress(of: query)
        } catch {
            verdict.violations.append("a cursor of ours was refused: \(error)")
            return nil
        }
    }

    private func save(_ cursor: ScanCursor) {
        guard !cursor.isFinished else { return }
        saved = (cursor.isStart ? nil : cursor.description, handed)
    }

    private func take(_ batch: ScanBatch) {
        for key in batch.keys {
            guard let number = cluster.universe.byName[key.bytes] else {
                verdict.violations.append("a key that no server ever had was returned: \(key)")
                continue
            }
            if !handed.insert(number).inserted { verdict.duplicates += 1 }
            if !cluster.seen.contains(number) {
                verdict.violations.append("a key that was absent throughout was returned: \(key)")
            }
            if !cluster.universe.matches(number, query) {
                verdict.violations.append("a key that was not asked for was returned: \(key)")
            }
        }
    }

    // MARK: Streams

    private func readStream(from progress: ScanProgress) {
        let isLast = verdict.sessions >= Self.mostStops
        let several = [3, 10, 40, Int.max].randomElement(using: &random) ?? 0
        let stopsAfter = isLast ? Int.max : several
        let keepsEarlier = Int.random(in: 0..<4, using: &random) == 0
        var batches = 0
        var checkpoint: (token: String?, keys: Set<Int>)?
        let session = session(from: progress) { [self] batch, cursor in
            if !batch.keys.isEmpty { batches += 1 }
            take(batch)
            if !keepsEarlier || batches % 3 == 1, !cursor.isFinished {
                checkpoint = (cursor.description, handed)
            }
        }
        session.run()
        while session.outcome == nil || !session.hasHandedEverything, batches < stopsAfter, step(session) {}
        session.stop()
        verdict.restarts += session.coordinator.report(now: .zero).restarts
        guard verdict.violations.isEmpty else { return }
        guard batches < stopsAfter || session.outcome != nil && session.hasHandedEverything else {
            if let checkpoint { saved = checkpoint }
            return
        }
        switch session.outcome {
        case .finished(let report): finish(report.uncovered)
        case .failed(let error): judge(error, of: session)
        case .page, nil: break
        }
    }

    // MARK: Pages

    private func readPages(from progress: ScanProgress) {
        let session = session(from: progress) { [self] batch, _ in take(batch) }
        let staysForPages = Bool.random(using: &random) ? 1 : Int.random(in: 1...20, using: &random)
        for _ in 0..<staysForPages {
            session.run()
            while session.outcome == nil, step(session) {}
            guard verdict.violations.isEmpty else { break }
            switch session.outcome {
            case .page(let cursor):
                guard !cursor.isFinished else {
                    finish(SlotSet())
                    break
                }
                save(cursor)
                pause()
                guard let progress = try? ScanCursor(cursor.description).progress(of: query),
                    session.next(from: progress)
                else { break }
                continue
            case .failed(let error): judge(error, of: session)
            case .finished, nil: break
            }
            break
        }
        session.stop()
        verdict.restarts += session.coordinator.report(now: .zero).restarts
    }

    /// The caller takes its time.
    private func pause() {
        let end = cluster.timeline.now + Int.random(in: 0...1000, using: &random)
        var isOver = false
        cluster.timeline.schedule(after: end - cluster.timeline.now) { isOver = true }
        while !isOver, cluster.timeline.step() {}
    }

    // MARK: Steps

    private func session(
        from progress: ScanProgress,
        consumer: @escaping (ScanBatch, ScanCursor) -> Void
    ) -> SimulatedSession {
        let session = SimulatedSession(
            progress: progress,
            query: query,
            policy: Simulation.policy(using: &random),
            cluster: cluster,
            isPaged: isPaged,
            seed: random.next(),
            falsehood: falsehood,
            consumer: consumer
        )
        if isTraced { session.trace = { print($1, $0) } }
        return session
    }

    /// Lets the next thing happen.
    private func step(_ session: SimulatedSession) -> Bool {
        verdict.events += 1
        guard verdict.events < Self.mostEvents else {
            let state = session.coordinator.remaining.map(cluster.described).joined(separator: "; ")
            verdict.violations.append("it did not end: \(state)")
            return false
        }
        guard cluster.timeline.step() else {
            verdict.violations.append("it stands still: nothing is under way and it has not ended")
            return false
        }
        return true
    }

    // MARK: The end

    private func finish(_ uncovered: SlotSet) {
        isDone = true
        if !uncovered.isEmpty { verdict.violations.append("it ended without slots \(uncovered)") }
        let promised = cluster.present.filter {
            wanted.contains(cluster.universe.slots[$0]) && cluster.universe.matches($0, query)
        }
        verdict.keysPromised = promised.count
        let missing = promised.subtracting(handed).sorted()
        guard !missing.isEmpty else { return }
        let names = missing.prefix(3).map { String(decoding: cluster.universe.names[$0], as: UTF8.self) }
        verdict.violations.append("\(missing.count) keys were missed, such as \(names)")
    }

    /// An error is honest if it says what is so. The caller has it mended, where that can be done, and
    /// carries on from its cursor.
    private func judge(_ error: ClusterScanError, of session: SimulatedSession) {
        let unserved = error.slots.filter { cluster.owner(of: $0) == nil }
        if !error.slots.isEmpty, unserved.count == error.slots.count {
            // No node serves them, and none ever will.
            verdict.honestFailures += 1
            isDone = true
            return
        }
        if !error.slots.isEmpty,
            error.slots.allSatisfy({ cluster.owner(of: $0) == nil || cluster.isRestless($0) })
        {
            verdict.honestFailures += 1
            isDone = true
            return
        }
        let isExplained =
            error.slots.isEmpty
            ? cluster.explains(error)
            : error.slots.allSatisfy {
                cluster.owner(of: $0) == nil || cluster.isOutOfReach($0) || cluster.isRestless($0)
            } || namesOthersInTrouble(error)
        guard isExplained || session.isLost else {
            let state = error.slots.map(cluster.described).joined(separator: "; ")
            verdict.violations.append("it failed: \(error): \(state)")
            return
        }
        verdict.errorsMended += 1
        cluster.mend()
        if let cursor = error.cursor { save(cursor) }
    }

    /// Where one slot never stands still and ends the iteration, slots that are in trouble at that moment are
    /// named with it, though time would mend it.
    private func namesOthersInTrouble(_ error: ClusterScanError) -> Bool {
        error.code == .slotsNotCovered
            && error.slots.contains { cluster.restless != nil && cluster.isRestless($0) }
            && error.slots.contains { !cluster.isRestless($0) }
    }
}
