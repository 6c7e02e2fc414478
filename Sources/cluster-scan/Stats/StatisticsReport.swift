package import ClusterScan
package import ClusterScanOperations

/// What is said about the keys of a cluster, in whatever form.
package struct StatisticsReport {
    /// Whether that is everything.
    package enum Ending: Sendable {
        case complete
        /// Slots were given up.
        case without(SlotSet)
        /// It ended early.
        case stopped(CommandFailure)
    }

    /// Keys by something.
    package typealias Row = (name: String, keys: KeyGroup)

    package let statistics: KeyspaceStatistics
    package let ending: Ending
    package let elapsed: Duration
    /// The addresses of seeds.
    package let source: String
    /// When it was made, in UTC.
    package let date: String
    package let top: Int
    package let patterns: [KeyspaceStatistics.Pattern]
    package let nodes: [KeyspaceStatistics.NodeLoad]
    package let hottestByKeys: [KeyspaceStatistics.SlotLoad]
    package let hottestByMemory: [KeyspaceStatistics.SlotLoad]
    /// Those with most keys first.
    package let types: [Row]

    package init(
        _ statistics: KeyspaceStatistics,
        ending: Ending = .complete,
        elapsed: Duration = .zero,
        source: String,
        date: String,
        top: Int = 10,
        patterns: Int = 20,
        topology: ClusterTopology? = nil
    ) {
        self.statistics = statistics
        self.ending = ending
        self.elapsed = elapsed
        self.source = source
        self.date = date
        self.top = top
        self.patterns = statistics.patterns(atMost: patterns)
        nodes = statistics.nodeLoads(in: topology)
        hottestByKeys = statistics.hottestSlots(top, by: .keys)
        hottestByMemory = statistics.hottestSlots(top, by: .memory)
        types = statistics.types.map { ($0.key.rawValue, $0.value) }.sorted {
            $0.keys.keys != $1.keys.keys ? $0.keys.keys > $1.keys.keys : $0.name < $1.name
        }
    }

    package var isComplete: Bool {
        if case .complete = ending { true } else { false }
    }

    /// Says that something is missing, and what; `nil` if nothing is.
    package var complaint: String? {
        switch ending {
        case .complete: nil
        case .without(let slots): "without \(SlotText.counted(slots)), which could not be covered"
        case .stopped(let failure):
            failure.message == nil
                ? "stopped before the end: these are the keys seen until then"
                : "failed before the end: these are the keys seen until then"
        }
    }

    /// `12,345 keys, 1.20 GiB ± 1.2 %, 35 % of them expire`
    package var headline: String {
        let total = statistics.total
        var parts = [NumberText.counted(total.keys, "key")]
        if let memory = total.memory, total.measured > 0 { parts.append(ByteText.text(memory) + error) }
        if let share = total.expiringShare { parts.append("\(ShareText.text(share)) expire") }
        return parts.joined(separator: ", ")
    }

    private var error: String {
        let total = statistics.total
        guard let memory = total.memory, memory > 0, total.measured < total.keys else { return "" }
        guard let error = total.memoryError else { return " (a guess from few keys)" }
        return " ± \(ShareText.text(Double(error) / Double(memory)))"
    }

    /// How it was found out; `nil` if every key was asked about.
    package var method: String? {
        let sample = statistics.options.sample
        guard !sample.isAll else { return nil }
        let measured = NumberText.counted(statistics.total.aged, "key")
        let oneIn = NumberText.fixed(sample.oneIn, decimals: sample.oneIn < 10 ? 1 : 0)
        return
            "Memory and expiry are estimates from \(measured), one in \(oneIn). Numbers of keys are exact; "
            + "biggest keys are those of the sample."
    }

    /// What else has to be said.
    package var remarks: [String] {
        var remarks: [String] = []
        if statistics.vanished > 0 {
            remarks.append(
                "\(NumberText.counted(statistics.vanished, "key")) vanished meanwhile and do not count."
            )
        }
        if let refusal = statistics.memoryRefusal {
            remarks.append("Memory is not known in full, as a server refused MEMORY USAGE: \(refusal)")
        }
        return remarks
    }

    /// How many keys are in a class of expiry: as many as were found, or an estimate from the sample.
    package func keys(expiring expiryClass: ExpiryClass) -> UInt64 {
        let total = statistics.total
        let found = total.measuredKeys(expiring: expiryClass)
        let aged = total.aged
        return aged == 0 || aged == total.keys
            ? found : UInt64(Double(found) / Double(aged) * Double(total.keys))
    }

    /// The share of the whole memory; `nil` where it is not known.
    package func memoryShare(_ group: KeyGroup) -> Double? {
        guard let memory = group.memory, let all = statistics.total.memory, all > 0 else { return nil }
        return min(1, Double(memory) / Double(all))
    }

    package func keyShare(_ keys: UInt64) -> Double? {
        statistics.total.keys == 0 ? nil : Double(keys) / Double(statistics.total.keys)
    }

    /// How evenly the nodes are loaded, in words; `nil` with one node, and of a part, as nodes are not read
    /// equally fast.
    package var balance: String? {
        guard isComplete, let keys = imbalance({ Double($0.keys.keys) }) else { return nil }
        let memory = imbalance { Double($0.keys.memory ?? 0) }.map {
            ", \(NumberText.fixed($0, decimals: 2)) times of memory"
        }
        return "The fullest node holds \(NumberText.fixed(keys, decimals: 2)) times its fair share of keys"
            + (memory ?? "")
    }

    /// How much more than its fair share the fullest node holds: 1.2 is a fifth more; `nil` with one node.
    package func imbalance(_ weight: (KeyspaceStatistics.NodeLoad) -> Double) -> Double? {
        let owners = nodes.filter { !$0.slots.isEmpty || $0.keys.keys > 0 }
        let sum = owners.reduce(0) { $0 + weight($1) }
        guard owners.count > 1, sum > 0 else { return nil }
        return (owners.map(weight).max() ?? 0) * Double(owners.count) / sum
    }
}

extension ExpiryClass {
    package var label: String {
        switch self {
        case .never: "never"
        case .withinMinute: "under 1 min"
        case .withinHour: "under 1 h"
        case .withinDay: "under 1 day"
        case .withinWeek: "under 7 days"
        case .withinMonth: "under 30 days"
        case .withinYear: "under 1 year"
        case .later: "later"
        }
    }
}
