extension LocalCluster {
    /// Which of the two nodes of a shard is its primary, if the other one follows it.
    package func settledPrimary(of nodes: [Int]) async throws -> Int? {
        for primary in nodes where try await role(of: primary) == "master" {
            for replica in nodes where replica != primary {
                let info = try await replication(of: replica)
                if info.isFollowing, info["master_port"] == "\(self.nodes[primary].port)" { return primary }
            }
        }
        return nil
    }

    /// Has a replica take over from its primary, and waits until both know.
    ///
    /// A failover by hand may come to nothing: votes are refused when another node raises its epoch at the
    /// same moment. And Redis 7.0 takes the votes of the last election that the same node won, if it is less
    /// than four node timeouts ago, for those of the new one: the node takes over with an epoch that is too
    /// low, and is a replica again at once. Servers give up after five seconds; then they are asked again.
    ///
    /// - Returns: Whether it has taken over, after three attempts at most. None is under way any more.
    package func failOver(from primary: Int, to replica: Int) async throws -> Bool {
        for _ in 0..<3 {
            // A node that has just taken over refuses to do so.
            _ = try? await command(replica, "CLUSTER", "FAILOVER")
            let deadline = ContinuousClock.now + .seconds(7)
            repeat {
                // Connections may be cut, as by chaos; the servers go on.
                if (try? await settledPrimary(of: [primary, replica])) == replica { return true }
                try await Task.sleep(for: .milliseconds(20))
            } while ContinuousClock.now < deadline
        }
        return false
    }

    /// `master` or `slave`, by the node's own word.
    package func role(of node: Int) async throws -> String? {
        try await command(node, "ROLE").array?.first?.text
    }

    package func replication(of node: Int) async throws -> ReplicationState {
        ReplicationState(try await command(node, "INFO", "replication").text ?? "")
    }

    /// What `INFO replication` says.
    package struct ReplicationState: Sendable {
        private let fields: [Substring: Substring]

        init(_ info: String) {
            let lines: [Substring] = info.split(whereSeparator: \.isNewline)
            let pairs = lines.compactMap { line in
                line.firstIndex(of: ":").map { (line[..<$0], line[line.index(after: $0)...]) }
            }
            fields = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }

        package subscript(_ field: String) -> Substring? { fields[field[...]] }

        /// Whether the node receives what its primary does, and has all that was there before.
        package var isFollowing: Bool {
            self["master_link_status"] == "up" && self["master_sync_in_progress"] == "0"
        }

        /// How much it has received.
        package var replicaOffset: Int { self["slave_repl_offset"].flatMap { Int($0) } ?? -1 }

        /// How much there is to receive.
        package var primaryOffset: Int { self["master_repl_offset"].flatMap { Int($0) } ?? 0 }
    }
}
