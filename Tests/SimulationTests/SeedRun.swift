import ScanCore

/// Many simulations, one for each seed, on all cores.
struct SeedRun {
    struct Failure: Sendable {
        var seed: UInt64
        var violations: [String]
    }

    struct Result: Sendable {
        var simulations = 0
        var total = Simulation.Verdict()
        var failures: [Failure] = []

        mutating func add(_ verdict: Simulation.Verdict, seed: UInt64) {
            simulations += 1
            total.sessions += verdict.sessions
            total.events += verdict.events
            total.keysPromised += verdict.keysPromised
            total.duplicates += verdict.duplicates
            total.restarts += verdict.restarts
            total.honestFailures += verdict.honestFailures
            total.errorsMended += verdict.errorsMended
            total.faults.merge(verdict.faults) { $0 + $1 }
            if !verdict.violations.isEmpty {
                failures.append(Failure(seed: seed, violations: verdict.violations))
            }
        }

        mutating func merge(_ other: Result) {
            simulations += other.simulations
            total.sessions += other.total.sessions
            total.events += other.total.events
            total.keysPromised += other.total.keysPromised
            total.duplicates += other.total.duplicates
            total.restarts += other.total.restarts
            total.honestFailures += other.total.honestFailures
            total.errorsMended += other.total.errorsMended
            total.faults.merge(other.total.faults) { $0 + $1 }
            failures = (failures + other.failures).sorted { $0.seed < $1.seed }
        }

        var summary: String {
            let faults = total.faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(
                separator: ", "
            )
            return """
                \(simulations) simulations: \(total.sessions) sessions, \(total.events) events, \
                \(total.keysPromised) keys promised, \(total.duplicates) duplicates, \(total.restarts) restarts, \
                \(total.honestFailures) errors that name slots without an owner, \(total.errorsMended) other errors; \
                faults: \(faults); \(failures.count) failures
                """
        }
    }

    let seeds: Int
    var first: UInt64 = 1
    /// Whether nodes can be wrong about the cluster for long.
    var isWide = false
    var falsehood: Falsehood?
    /// Whether what the coordinator reports is printed: for one seed.
    var isTraced = false
    /// Stops at the first failure.
    var stopsAtFailure = false

    func run() async -> Result {
        let width = 500
        return await withTaskGroup(of: Result.self) { group in
            for start in stride(from: 0, to: seeds, by: width) {
                group.addTask {
                    var result = Result()
                    for offset in start..<min(start + width, seeds) {
                        if stopsAtFailure, !result.failures.isEmpty || Task.isCancelled { break }
                        let seed = first + UInt64(offset)
                        result.add(
                            Simulation(
                                seed: seed,
                                isWide: isWide,
                                falsehood: falsehood,
                                isTraced: isTraced
                            ).run(),
                            seed: seed
                        )
                        // Other tests run at the same time, some of them against the clock.
                        await Task.yield()
                    }
                    return result
                }
            }
            var total = Result()
            for await result in group {
                total.merge(result)
                if stopsAtFailure, !total.failures.isEmpty { group.cancelAll() }
            }
            return total
        }
    }
}
