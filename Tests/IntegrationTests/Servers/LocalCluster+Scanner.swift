import ClusterScan
import TestCluster

extension LocalCluster.Node {
    var nodeAddress: NodeAddress { NodeAddress(host: host, port: port) }
}

extension LocalCluster {
    /// A scanner that starts from the first node, with a name for the servers' `CLIENT LIST`.
    func scanner(named name: String = "cluster-scan", database: Int = 0) -> ClusterScanner {
        ClusterScanner(
            seeds: [nodes[0].nodeAddress],
            connection: ConnectionConfiguration(password: password, database: database, clientName: name)
        )
    }

    /// Waits until something is so.
    func wait(
        _ what: String,
        within limit: Duration = .seconds(20),
        until isSo: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !isSo() {
            guard ContinuousClock.now < deadline else {
                throw TestClusterError("\(what): not within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until every replica holds as many keys as its primary, and every node tells of it. Before a node
    /// has heard of a replica's offset it leaves the replica out of `CLUSTER SLOTS`.
    func waitForReplicas() async throws {
        for replica in replicas {
            guard case .replica(let primary) = replica.role else { continue }
            try await wait("replica \(replica.address) catches up") {
                try await command(replica.index, "DBSIZE") == command(primary, "DBSIZE")
            }
        }
        try await waitUntilReplicasAreListed()
    }

    private func waitUntilReplicasAreListed() async throws {
        for node in nodes {
            try await wait("\(node.address) lists the replicas") {
                let ranges = try await command(node.index, "CLUSTER", "SLOTS").array ?? []
                // First slot, last slot, primary, replicas.
                return ranges.allSatisfy { ($0.array ?? []).count == 3 + replicas.count / ranges.count }
            }
        }
    }

    /// How many open connections with this name a node has.
    func connections(named name: String, at node: Int) async throws -> Int {
        let list = try await command(node, "CLIENT", "LIST").text ?? ""
        return list.split(separator: "\n").count { $0.contains(" name=\(name) ") }
    }

    /// Waits until no node has an open connection with this name.
    func waitForNoConnections(named name: String) async throws {
        for node in nodes.indices {
            try await wait("connections to \(nodes[node].address) are closed", within: .seconds(3)) {
                try await connections(named: name, at: node) == 0
            }
        }
    }

    /// Writes strings under these names, each at the owner of its slot.
    func set(_ names: [[UInt8]]) async throws {
        let slots = try await owners()
        for (owner, names) in Dictionary(grouping: names, by: { slots[KeySlot.of($0)] }) {
            try await withConnection(to: owner) { connection in
                for name in names { try connection.checked("SET", name, "a value") }
            }
        }
    }

    /// The index of the owner of every slot, as the first node sees it.
    func owners() async throws -> [Int] {
        guard nodes[0].id != "-" else { return [Int](repeating: 0, count: KeySlot.count) }
        var owners = [Int](repeating: -1, count: KeySlot.count)
        for range in try await command(0, "CLUSTER", "SLOTS").array ?? [] {
            guard let range = range.array, range.count > 2, let first = range[0].integer,
                let last = range[1].integer,
                let port = range[2].array?.dropFirst().first?.integer,
                let node = nodes.first(where: { $0.port == port })
            else { throw TestClusterError("CLUSTER SLOTS: \(range)") }
            for slot in first...last { owners[slot] = node.index }
        }
        return owners
    }
}
