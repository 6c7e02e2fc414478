/// A node of the cluster and where to reach it.
public struct ClusterNode: Hashable, Sendable, CustomStringConvertible {
    /// The node's lasting name.
    public let id: NodeID
    /// Where this client reaches the node: the endpoint the cluster announces as preferred.
    public let address: NodeAddress

    /// Names a node.
    ///
    /// - Parameters:
    ///   - id: The node's lasting name.
    ///   - address: Where to reach it.
    public init(id: NodeID, address: NodeAddress) {
        self.id = id
        self.address = address
    }

    /// The address and the first digits of the id, as shown in messages.
    public var description: String {
        id == .standalone ? "\(address)" : "\(address) (\(id.description.prefix(8)))"
    }
}

/// What a node is to its shard.
public enum NodeRole: Hashable, Sendable, CustomStringConvertible {
    /// Owns slots, or would own those given to it.
    case primary
    /// Copies the primary with this id.
    case replica(of: NodeID)

    /// `primary` or `replica`.
    public var description: String {
        switch self {
        case .primary: "primary"
        case .replica: "replica"
        }
    }
}
