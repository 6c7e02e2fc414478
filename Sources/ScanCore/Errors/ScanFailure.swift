/// Why something that was asked of a node did not happen, and what that calls for.
package struct ScanFailure: Error, Hashable, Sendable {
    /// What a failure calls for.
    package enum Remedy: Hashable, Sendable {
        /// The server will be able to answer soon: ask again later, on the same connection.
        case wait
        /// The node may be gone or its role changed: look at the topology again, then reconnect.
        case rediscover
        /// Asking again cannot help.
        case giveUp
    }

    /// Whether other nodes may do although this one never will: each has a certificate of its own, but
    /// passwords are those of all.
    var concernsOneNode: Bool {
        remedy == .giveUp && (code == .tlsFailed || code == .certificateRefused)
    }

    package var remedy: Remedy
    package var code: ClusterScanError.Code
    package var message: String
    package var address: NodeAddress?
    /// Where the node was really sought, if an address map says so.
    package var target: NodeAddress?
    /// Whether no connection could be made at all: no server has answered.
    package var isUnconnected = false

    package init(
        _ remedy: Remedy,
        _ code: ClusterScanError.Code,
        _ message: String,
        at address: NodeAddress? = nil
    ) {
        self.remedy = remedy
        self.code = code
        self.message = message
        self.address = address
    }
}

extension ScanFailure {
    /// Where it happened, for messages: empty, or with a colon and a blank behind it.
    var place: String { address.map { "\($0.described(as: target)): " } ?? "" }

    /// What happened, for messages that name the announced address themselves.
    var reason: String { target.map { "as \($0): \(message)" } ?? message }
}

extension ScanFailure {
    /// A cursor met a cluster that has none of the nodes it knows (rule R10).
    package static let otherCluster = ScanFailure(
        .giveUp,
        .invalidCursor,
        "the cursor belongs to another cluster: none of the nodes that it knows is in this one. Name a node "
            + "of that cluster, or start from cursor 0"
    )
}
