import TestCluster

/// What servers did to be scanned, over all their processes (`INFO commandstats`, which begins at zero with
/// each).
actor ServerWork {
    struct Amount: Sendable, CustomStringConvertible {
        var scans = 0
        var snapshots = 0
        var counts = 0
        var microseconds = 0

        var calls: Int { scans + snapshots + counts }

        var description: String {
            "\(scans) SCAN, \(snapshots) GETKEYSINSLOT, \(counts) COUNTKEYSINSLOT: \(microseconds / 1000) ms"
        }

        static func += (sum: inout Amount, other: Amount) {
            sum = combine(sum, other, +)
        }

        static func - (left: Amount, right: Amount) -> Amount {
            combine(left, right, -)
        }

        private static func combine(_ left: Amount, _ right: Amount, _ operation: (Int, Int) -> Int) -> Amount
        {
            Amount(
                scans: operation(left.scans, right.scans),
                snapshots: operation(left.snapshots, right.snapshots),
                counts: operation(left.counts, right.counts),
                microseconds: operation(left.microseconds, right.microseconds)
            )
        }
    }

    private let cluster: ChaosCluster
    private var latest: [String: Amount] = [:]
    private var total = Amount()

    init(cluster: ChaosCluster) {
        self.cluster = cluster
    }

    /// Counts what a node has done since it was last asked; to be called before it is killed. What a node
    /// does in its last milliseconds is not known.
    func sample(_ node: Int) async {
        guard let text = try? await cluster.local.command(node, "INFO", "everything").text else { return }
        let fields = ChaosCluster.fields(text)
        guard let run = fields["run_id"] else { return }
        var amount = Amount()
        for (command, path) in [
            ("scan", \Amount.scans), ("cluster|getkeysinslot", \.snapshots),
            ("cluster|countkeysinslot", \.counts),
        ] {
            for pair in (fields["cmdstat_\(command)"] ?? "").split(separator: ",") {
                let parts = pair.split(separator: "=")
                guard parts.count == 2, let number = Int(parts[1]) else { continue }
                if parts[0] == "calls" { amount[keyPath: path] = number }
                if parts[0] == "usec" { amount.microseconds += number }
            }
        }
        total += amount - (latest[run] ?? Amount())
        latest[run] = amount
    }

    /// What was done since this was last asked.
    func takeTotal() async -> Amount {
        for node in cluster.local.nodes.indices { await sample(node) }
        defer { total = Amount() }
        return total
    }
}
