import TestCluster

/// How many commands that read the keyspace a server has run.
struct KeyReads: Equatable, Sendable {
    var scans = 0
    var snapshots = 0
    var sizes = 0

    var total: Int { scans + snapshots + sizes }
}

extension LocalCluster {
    /// What `INFO commandstats` of a node counts.
    func keyReads(at node: Int) async throws -> KeyReads {
        let text = try await command(node, "INFO", "commandstats").text ?? ""
        var calls: [Substring: Int] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let match = line.firstMatch(of: /^cmdstat_([^:]+):calls=([0-9]+),/) else { continue }
            calls[match.1] = Int(match.2)
        }
        return KeyReads(
            scans: calls["scan"] ?? 0,
            snapshots: calls["cluster|getkeysinslot"] ?? 0,
            sizes: calls["cluster|countkeysinslot"] ?? 0
        )
    }

    /// The nodes on which `work` read keys.
    func nodesRead(during work: () async throws -> Void) async throws -> Set<Int> {
        var before: [KeyReads] = []
        for node in nodes.indices { before.append(try await keyReads(at: node)) }
        try await work()
        var read: Set<Int> = []
        for node in nodes.indices where try await keyReads(at: node) != before[node] { read.insert(node) }
        return read
    }
}
