/// The lasting name of a cluster node: 160 random bits that a node draws when it first starts and keeps
/// through restarts and address changes (`CLUSTER MYID`, first field of `CLUSTER NODES`).
///
/// A server without cluster mode has no node id and is represented by ``standalone``.
public struct NodeID: Hashable, Comparable, Sendable, LosslessStringConvertible {
    let value: HexIdentifier

    /// The stand-in for the id of a server that runs without cluster mode: forty zeros.
    public static let standalone = NodeID(value: HexIdentifier(zero: ()))

    init(value: HexIdentifier) {
        self.value = value
    }

    /// Reads a node id.
    ///
    /// - Parameter description: Exactly 40 hexadecimal digits; anything else gives `nil`.
    public init?(_ description: String) {
        self.init(digits: description.utf8)
    }

    init?(digits: some Sequence<UInt8>) {
        guard let value = HexIdentifier(digits) else { return nil }
        self.value = value
    }

    /// The 40 lower-case hexadecimal digits.
    public var description: String { value.description }

    /// The leading 64 bits: what a cursor stores. Two of a thousand random ids share them with a chance below
    /// 1 in 10^13, and a lane whose id was taken for another's still fails its run id check.
    package var prefix: UInt64 { value.high }

    /// Orders ids as their hexadecimal digits do, as the server's own listings do.
    public static func < (lhs: NodeID, rhs: NodeID) -> Bool { lhs.value < rhs.value }
}
