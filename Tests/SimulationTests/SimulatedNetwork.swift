import ScanCore

/// What one process knows of servers: its connections, and which servers are of its cluster (R10).
struct SimulatedNetwork {
    /// A connection is to one process of one server, whoever has the address later.
    final class Connection {
        let node: SimulatedNode
        let process: SimulatedProcess
        var isOpen = true
        var status: NodeStatus?

        init(node: SimulatedNode, process: SimulatedProcess) {
            self.node = node
            self.process = process
        }
    }

    var connections: [NodeAddress: Connection] = [:]
    var membership = ClusterMembership()
    var discovery: NodeDiscovery
    var topology: ClusterTopology?

    init(seeds: [NodeAddress]) {
        discovery = NodeDiscovery(seeds: seeds)
    }

    func connection(to address: NodeAddress) -> Connection? {
        connections[address].flatMap { $0.isOpen ? $0 : nil }
    }

    /// Closes connections that were opened before it was known which cluster this is.
    mutating func dropStrangers() {
        for (address, connection) in connections
        where !membership.admits(connection.node.identity, at: address) { connection.isOpen = false }
    }
}
