import NIOCore
import NIOPosix

/// The bus of a local cluster, led through proxies: a test can cut it while clients still reach every node.
///
/// Every node announces a proxy of its own as its bus port. A link is known by the node that it leads to, and
/// by the node that opened it, whose id stands in the first message.
package final class ClusterBus: Sendable {
    private let cluster: LocalCluster
    private let loop: any EventLoop
    private let state: NIOLoopBound<State>

    final class State {
        var listeners: [any Channel] = []
        var links: [ObjectIdentifier: BusLink] = [:]
        /// Nodes that nothing reaches and that reach nothing.
        var isolated: Set<Int> = []
        let ids: [String]

        init(ids: [String]) { self.ids = ids }

        func isCut(from origin: Int?, to target: Int) -> Bool {
            isolated.contains(target) || origin.map { isolated.contains($0) } ?? false
        }
    }

    private init(_ cluster: LocalCluster) async throws {
        self.cluster = cluster
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let ids = cluster.nodes.map(\.id)
        self.loop = loop
        state = try await loop.submit { NIOLoopBound(State(ids: ids), eventLoop: loop) }.get()
    }

    /// Runs `body` with the bus of a cluster, and takes the proxies away afterwards: the cluster is of no use
    /// then.
    package static func with<Value>(
        _ cluster: LocalCluster,
        _ body: (ClusterBus) async throws -> Value
    ) async throws -> Value {
        let bus = try await ClusterBus(cluster)
        do {
            try await bus.takeOver()
            let value = try await body(bus)
            try await bus.close()
            return value
        } catch {
            try? await bus.close()
            throw error
        }
    }

    /// Cuts these nodes off from all others, and from one another. Links stay open, what is sent disappears.
    package func isolate(_ nodes: some Sequence<Int> & Sendable) async throws {
        let state = state
        try await loop.submit { state.value.isolated.formUnion(nodes) }.get()
    }

    /// Cuts all nodes off from one another.
    package func silence() async throws {
        try await isolate(cluster.nodes.indices)
    }

    /// Lets everything through again. Links that have lost something are closed, as what follows on them
    /// would be torn. The nodes open new ones within a tenth of a second.
    package func mend() async throws {
        let state = state
        try await loop.submit {
            state.value.isolated = []
            for link in state.value.links.values where link.hasLost { link.end() }
        }.get()
    }

    private func close() async throws {
        let state = state
        try await loop.submit {
            for listener in state.value.listeners { listener.close(promise: nil) }
            for link in state.value.links.values { link.end() }
        }.get()
    }

    /// Has every node announce its proxy and every other one hear of it, also after a restart.
    private func takeOver() async throws {
        var ports: [Int] = []
        for node in cluster.nodes {
            let port = try await listen(for: node)
            ports.append(port)
            let line = try cluster.connect(to: node.index)
            try line.checked("CONFIG", "SET", "cluster-announce-bus-port", port)
            try line.checked("CONFIG", "REWRITE")
        }
        // Nodes that meet again know at once that they know each other, by another address.
        for node in cluster.nodes {
            let line = try cluster.connect(to: node.index)
            for other in cluster.nodes where other != node {
                try line.checked("CLUSTER", "MEET", other.host, other.port, ports[other.index])
            }
        }
        let deadline = ContinuousClock.now + .seconds(60)
        for node in cluster.nodes {
            while try await !isLed(node, through: ports) {
                guard ContinuousClock.now < deadline else {
                    throw TestClusterError("\(node.address) does not take the way through the proxies")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func isLed(_ node: LocalCluster.Node, through ports: [Int]) async throws -> Bool {
        let text = try await cluster.command(node.index, "CLUSTER", "NODES").text ?? ""
        let lines = text.split(separator: "\n")
        guard lines.count == cluster.nodes.count else { return false }
        return cluster.nodes.allSatisfy { other in
            lines.contains { line in
                line.hasPrefix(other.id) && line.contains("@\(ports[other.index])")
                    && (other == node || line.contains(" connected"))
            }
        }
    }

    private func listen(for node: LocalCluster.Node) async throws -> Int {
        let state = state
        let loop = loop
        let (host, port, target) = (node.host, node.port + 10_000, node.index)
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { near in
                loop.makeCompletedFuture {
                    let link = BusLink(near, to: target, state.value)
                    try near.pipeline.syncOperations.addHandler(link.side { $0.forward($1) })
                    link.connect(host: host, port: port)
                }
            }
            .bind(host: host, port: 0).get()
        try await loop.submit { state.value.listeners.append(listener) }.get()
        return listener.localAddress?.port ?? 0
    }
}
