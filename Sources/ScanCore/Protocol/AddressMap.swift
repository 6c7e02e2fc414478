/// Where servers are reached from here, for addresses that mean nothing here: those that a cluster announces
/// from behind NAT, out of containers, or at the far end of a tunnel.
///
/// The map is looked up when a connection is opened, for every address alike: seeds, what `CLUSTER SLOTS` and
/// `CLUSTER NODES` announce, and `MOVED` and `ASK`. Topologies, cursors, reports and errors keep the
/// announced address, so that a cursor is as good with another map, or without one.
///
/// ```swift
/// var connection = ConnectionConfiguration()
/// connection.addressMap = AddressMap([
///     .init(from: NodeAddress(host: "10.0.0.5", port: 6379), to: NodeAddress(host: "127.0.0.1", port: 7001))
/// ])
/// ```
public struct AddressMap: Sendable {
    /// What to do with addresses, in the order in which they are tried: the most telling first.
    public let rules: [AddressMapRule]
    private let rewrite: (@Sendable (NodeAddress) -> NodeAddress?)?

    /// Creates a map from rules. Of several that hold for an address the most telling one counts: host and
    /// port before host, host before port, port before everything; of equals the first.
    ///
    /// - Parameter rules: The rules; none for a map that changes nothing.
    public init(_ rules: [AddressMapRule] = []) {
        let numbered = rules.enumerated()
        self.rules = numbered.sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
        rewrite = nil
    }

    /// Creates a map from a function, for what rules cannot say.
    ///
    /// - Parameter rewrite: Gets an announced address and tells where to connect to; `nil` for the address
    ///   itself. Called on an event loop whenever a connection is opened: must not block.
    public init(_ rewrite: @escaping @Sendable (NodeAddress) -> NodeAddress?) {
        rules = []
        self.rewrite = rewrite
    }

    /// Where to connect to.
    ///
    /// - Parameter address: An address as the cluster announces it, or a seed.
    /// - Returns: Where it is reached; the address itself if nothing is said about it. What comes out is not
    ///   looked up again.
    /// - Complexity: O(number of rules).
    public func target(of address: NodeAddress) -> NodeAddress {
        if let rewrite { return rewrite(address) ?? address }
        for rule in rules {
            if let target = rule.target(of: address) { return target }
        }
        return address
    }

    /// Whether the map changes nothing.
    var isEmpty: Bool { rules.isEmpty && rewrite == nil }
}
