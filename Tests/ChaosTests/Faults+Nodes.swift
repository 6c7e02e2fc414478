import TestCluster

extension Faults {
    private static let nodeFaults = 2
    /// A promotion takes three seconds, and six more for each election that is lost. One that has not come by
    /// then is not waited for: an iteration must not be without a shard for longer than it is patient.
    private static let promotionLimit = Duration.seconds(10)

    func strikeNodes() async throws {
        var random = plan.random(iteration: iteration, part: .nodes)
        for _ in 0..<Self.nodeFaults {
            try await pause(200...2000, &random)
            let shard = cluster.shards.randomElement(using: &random) ?? 0
            guard try await locks.take([shard], unless: isOver) else { return }
            let primary = try await cluster.primary(of: shard)
            let replica = try await cluster.replica(of: shard)
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<3: try await failOver(primary, to: replica)
            case 3..<6: try await killUntilPromoted(primary, replica)
            case 6..<9: try await restart(primary, "")
            case 9: try await restart(replica, "a replica")
            case 10: try await freeze(primary, for: .milliseconds(Int.random(in: 100...900, using: &random)))
            default: try await freezeUntilPromoted(primary, replica)
            }
            await locks.release([shard])
        }
    }

    func restart(_ node: Int, _ occasion: String) async throws {
        await work.sample(node)
        try await cluster.local.kill(node)
        _ = try await cluster.local.restart(node)
        try await cluster.wait(for: "node \(node) to have loaded its data") {
            try await cluster.local.command(node, "PING").text == "PONG"
        }
        log.count("restart on the same port", "of node \(node) \(occasion)")
    }

    private func freeze(_ node: Int, for time: Duration) async throws {
        try cluster.local.pause(node)
        try await Task.sleep(for: time)
        try cluster.local.resume(node)
        log.count("freeze", "of node \(node) for \(time)")
    }

    // MARK: Promotions

    private func failOver(_ primary: Int, to replica: Int) async throws {
        try await cluster.waitUntilReplicated(from: primary, to: replica)
        _ = try await cluster.local.failOver(from: primary, to: replica)
        try await settle("CLUSTER FAILOVER", from: primary, to: replica)
    }

    private func killUntilPromoted(_ primary: Int, _ replica: Int) async throws {
        try await cluster.waitUntilReplicated(from: primary, to: replica)
        await work.sample(primary)
        log.note("SIGKILL of node \(primary)")
        try await strike(untilPromoted: replica) { try await cluster.local.kill(primary) }
        _ = try await cluster.local.restart(primary)
        try await settle("SIGKILL and promotion", from: primary, to: replica)
    }

    private func freezeUntilPromoted(_ primary: Int, _ replica: Int) async throws {
        try await cluster.waitUntilReplicated(from: primary, to: replica)
        try await strike(untilPromoted: replica) { try cluster.local.pause(primary) }
        try cluster.local.resume(primary)
        try await settle("freeze and promotion", from: primary, to: replica)
    }

    /// Strikes a primary and waits for its replica to take over, if it does: an election needs the votes of
    /// two primaries out of three, and another one may be restarting just then.
    func strike(untilPromoted replica: Int, _ strike: () async throws -> Void) async throws {
        try await allowPromotion(true, of: replica)
        try await strike()
        try await cluster.becomes(within: Self.promotionLimit) {
            try await cluster.local.role(of: replica) == "master"
        }
        // From here on the replica does not take over, whatever votes are still on their way.
        try await allowPromotion(false, of: replica)
    }

    private func allowPromotion(_ isAllowed: Bool, of node: Int) async throws {
        try await cluster.local.command(
            node,
            "CONFIG",
            "SET",
            "cluster-replica-no-failover",
            isAllowed ? "no" : "yes"
        )
    }

    /// Waits until one of both nodes is the primary and the other one holds what that holds, and tells which.
    func settle(_ fault: String, from primary: Int, to replica: Int) async throws {
        var present = primary
        try await cluster.wait(for: "nodes \(primary) and \(replica) to agree on their primary") {
            guard let settled = try await cluster.local.settledPrimary(of: [primary, replica]) else {
                return false
            }
            present = settled
            return true
        }
        try await cluster.waitUntilReplicated(from: present, to: present == replica ? primary : replica)
        let outcome = present == replica ? fault : "\(fault), without effect"
        log.count(outcome, "node \(replica) in place of node \(primary)")
    }
}
