/// What a server says it is, when a connection to it is opened.
package enum NodeIdentity: Hashable, Sendable {
    /// A node of some cluster.
    case node(NodeID)
    /// A server without cluster mode.
    case standalone
    /// The user may not ask, or the server does not know the question.
    case unknown
}

/// Which servers belong to the cluster that a scanner reads (rule R10).
///
/// An address is no identity: pods move, and another server may take over the address that a node had. The
/// first topology decides which cluster it is. Only nodes of that cluster add to what is known of it.
package struct ClusterMembership: Sendable {
    private var nodes: Set<NodeID> = []
    /// Where the server without cluster mode is, if that is what is read.
    private var standalone: NodeAddress?

    package init() {}

    /// Whether no topology has said yet which cluster it is.
    package var isOpen: Bool { nodes.isEmpty && standalone == nil }

    /// Whether a server may be asked or sent anything.
    ///
    /// - Parameters:
    ///   - identity: What it says it is.
    ///   - address: Where it answers.
    /// - Returns: Whether it is one of the cluster's, or may be the first.
    package func admits(_ identity: NodeIdentity, at address: NodeAddress) -> Bool {
        switch identity {
        case .unknown: true
        case .standalone: nodes.isEmpty && (standalone == nil || standalone == address)
        case .node(let id): standalone == nil && (nodes.isEmpty || nodes.contains(id))
        }
    }

    /// Takes what a server that is admitted says about the cluster.
    ///
    /// - Parameters:
    ///   - topology: Which nodes serve which slots.
    ///   - others: Nodes that it knows besides: those without slots.
    ///   - source: The server.
    /// - Returns: Whether it may be believed: a cluster never turns into a server without cluster mode, nor
    ///   the other way round.
    package mutating func accept(
        _ topology: ClusterTopology,
        and others: some Sequence<NodeID>,
        from source: NodeAddress
    ) -> Bool {
        guard topology.isCluster else {
            guard nodes.isEmpty, standalone == nil || standalone == source else { return false }
            standalone = source
            return true
        }
        guard standalone == nil else { return false }
        for shard in topology.shards {
            nodes.insert(shard.primary.id)
            for replica in shard.replicas { nodes.insert(replica.id) }
        }
        nodes.formUnion(others)
        return true
    }
}
