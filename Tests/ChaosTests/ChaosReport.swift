/// What a run of chaos did and found.
struct ChaosReport: Sendable {
    var iterations = 0
    var keysChecked = 0
    var duplicates = 0
    var volatileKeys = 0
    var runs = 0
    var kills = 0
    var counts: [String: Int] = [:]
    var faults: [String: Int] = [:]
    var writes = 0
    var work = ServerWork.Amount()
    var quietWork = ServerWork.Amount()
    var longest = Duration.zero
    var violations: [String] = []

    func text(seed: UInt64) -> String {
        let faults = faults.sorted { $0.key < $1.key }.map { "    \($0.value) × \($0.key)" }.joined(
            separator: "\n"
        )
        let extra = Double(work.microseconds) / Double(max(quietWork.microseconds * iterations, 1))
        let share = 100 * Double(duplicates) / Double(max(keysChecked, 1))
        return """
            Chaos with CHAOS_SEED=\(seed)
              \(iterations) full iterations and 2 quiet ones, \(keysChecked) promised keys checked, \
            \(violations.count) violations
              \(duplicates) duplicates (\(rounded(share)) %), \(volatileKeys) keys that came and went \
            (\(writes) writes)
              \(runs) scan processes, \(kills) of them killed; the longest iteration took \(longest)
              \(count("passes")) passes begun, \(count("restarts")) restarted, \
            \(count("losses")) lost slots, \(count("retries")) retries, \
            \(count("topologies")) looks at the topology
              faults:
            \(faults)
              servers: \(work); \(rounded(extra)) times a quiet iteration, redis-cli's own reading included
              a quiet iteration: \(quietWork)
            """
    }

    private func count(_ name: String) -> Int { counts[name] ?? 0 }

    private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}
