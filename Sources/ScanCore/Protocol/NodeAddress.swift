/// Where a server listens: a host and a port, or a Unix domain socket.
///
/// An address is not an identity: the server behind it may be another one tomorrow.
public struct NodeAddress: Hashable, Sendable {
    /// A host name, an IPv4 address, or an IPv6 address without brackets, with its zone if it has one
    /// (`fe80::1%eth0`). For a Unix domain socket: its path.
    public var host: String

    /// The TCP port, 1 to 65535; 0 for a Unix domain socket.
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

    /// Creates the address of a Unix domain socket.
    ///
    /// - Parameter socketPath: Its path in the file system; systems allow about 100 bytes.
    public init(socketPath: String) {
        host = socketPath
        port = 0
    }

    /// The path, if this is the address of a Unix domain socket.
    public var socketPath: String? { port == 0 ? host : nil }

    /// The host that is meant where a server says "the one you asked". Behind a socket that is this machine.
    package var askedHost: String { socketPath == nil ? host : "127.0.0.1" }
}

extension NodeAddress: Comparable {
    /// Orders by host or path, then by port.
    public static func < (left: NodeAddress, right: NodeAddress) -> Bool {
        (left.host, left.port) < (right.host, right.port)
    }
}

extension NodeAddress: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address as in `[::1]:7000`; `unix:///run/redis.sock` for a
    /// socket.
    public var description: String {
        if port == 0 { return host.hasPrefix("/") ? "unix://\(host)" : "unix:\(host)" }
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The address, and where it is really reached if that is elsewhere: `10.0.0.5:6379 (as 127.0.0.1:7001)`.
    package func described(as target: NodeAddress?) -> String {
        target.map { "\(self) (as \($0))" } ?? description
    }
}
