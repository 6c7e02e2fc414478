/// Where a server listens: a host and a port.
///
/// An address is not an identity: the server behind it may be another one tomorrow.
public struct NodeAddress: Hashable, Sendable {
    /// A host name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String

    /// The TCP port, 1 to 65535.
    public var port: Int

    /// Creates an address.
    ///
    /// - Parameters:
    ///   - host: A host name, an IPv4 address, or an IPv6 address without brackets.
    ///   - port: The TCP port, 1 to 65535.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

extension NodeAddress: Comparable {
    /// Orders by host, then by port.
    public static func < (left: NodeAddress, right: NodeAddress) -> Bool {
        (left.host, left.port) < (right.host, right.port)
    }
}

extension NodeAddress: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address as in `[::1]:7000`.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
