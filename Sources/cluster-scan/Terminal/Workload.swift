package import ClusterScan

/// How many keys each node holds: what the share that is done is measured against. An estimate, as keys come
/// and go.
package struct Workload: Sendable {
    private struct Shard: Sendable {
        let slots: SlotSet
        let keysPerSlot: Double
    }

    private let shards: [Shard]
    private let versions: [String: ServerVersion]

    package init(_ nodes: [NodeOverview]) {
        shards = nodes.filter { !$0.slots.isEmpty }.map { node in
            // An empty node still takes a moment: a little more than nothing keeps the share defined.
            Shard(slots: node.slots, keysPerSlot: Double((node.keys ?? 0) + 1) / Double(node.slots.count))
        }
        versions = nodes.reduce(into: [:]) { $0[String($1.id.description.prefix(16))] = $1.version }
    }

    /// The share of the iteration that is done, from 0 to 1.
    package func fractionDone(_ cursor: ScanCursor.Inspection) -> Double {
        let total = keys(in: cursor.wanted)
        guard total > 0 else { return 0 }
        let done = cursor.lanes.reduce(keys(in: cursor.covered)) { sum, lane in
            guard let version = versions[lane.process.nodeIDPrefix] else { return sum }
            return sum + keys(in: lane.slots) * lane.fractionRead(onServer: version)
        }
        return min(done / total, 1)
    }

    private func keys(in slots: SlotSet) -> Double {
        shards.reduce(0) { $0 + Double($1.slots.intersection(slots).count) * $1.keysPerSlot }
    }
}
