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
