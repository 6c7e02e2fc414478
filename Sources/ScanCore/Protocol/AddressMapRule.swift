/// One rule of an ``AddressMap``: `10.0.0.5:6379=127.0.0.1:7001`.
///
/// On the left stands a host and a port, a host alone, a port alone (`*:6379`), or everything (`*`). On the
/// right stands a host and a port, a host alone, which keeps the port, or `unix:///path`. IPv6 addresses
/// stand in brackets where a port follows.
public struct AddressMapRule: Hashable, Sendable {
    /// `nil` stands for any.
    private let host: String?
    private let port: Int?
    private let targetHost: String
    /// `nil` to keep the port.
    private let targetPort: Int?

    /// Sends one address elsewhere.
    ///
    /// - Parameters:
    ///   - address: The address as the cluster announces it.
    ///   - target: Where it is reached.
    public init(from address: NodeAddress, to target: NodeAddress) {
        host = Self.canonical(address.host)
        port = address.port
        targetHost = target.host
        targetPort = target.port
    }

    /// What is wrong with the text of a rule.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `FROM=TO`.
    package init(parsing text: String) throws(Problem) {
        guard let equals = text.firstIndex(of: "=") else {
            throw Problem(
                description: "'\(text)' is no rule FROM=TO, such as 10.0.0.5:6379=127.0.0.1:7001"
            )
        }
        func part(_ text: Substring) throws(Problem) -> (host: Substring, port: Int?) {
            do throws(HostAndPort.Problem) {
                return try Self.hostAndPort(text)
            } catch {
                throw Problem(description: "'\(text)': \(error.description)")
            }
        }
        let from = try part(text[..<equals])
        host = from.host == "*" ? nil : Self.canonical(String(from.host))
        port = from.port
        let right = text[text.index(after: equals)...]
        if let path = Self.socketPath(right) {
            targetHost = path
            targetPort = 0
            guard host != nil else {
                throw Problem(description: "'\(text)': all servers cannot be behind one socket")
            }
            return
        }
        let to = try part(right)
        guard to.host != "*" else {
            throw Problem(description: "'\(text)': to the right of '=' stands one host, not '*'")
        }
        targetHost = String(to.host)
        targetPort = to.port
    }

    private static func socketPath(_ text: Substring) -> String? {
        let path = text.hasPrefix("unix://") ? text.dropFirst("unix://".count) : text
        return path.hasPrefix("/") && path.count > 1 ? String(path) : nil
    }

    private static func hostAndPort(
        _ text: Substring
    ) throws(HostAndPort.Problem) -> (host: Substring, port: Int?) {
        let parts = try HostAndPort(text)
        // Without brackets it has no port: '::1:7000' could be either.
        if text.first != "[", parts.host.contains(":"), IPAddress.canonical(String(text)) == nil {
            throw HostAndPort.Problem(
                description: "an IPv6 address with a port stands in brackets, as in [::1]:7000"
            )
        }
        guard !parts.host.isEmpty,
            !parts.host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" })
        else {
            throw HostAndPort.Problem(description: "the name of the host is missing or wrong")
        }
        return (parts.host, try parts.portNumber())
    }

    /// One spelling for the many that an IPv6 address, and the case of a name, may have.
    private static func canonical(_ host: String) -> String {
        IPAddress.canonical(host) ?? host.lowercased()
    }

    /// The more a rule says about the addresses it is for, the earlier it is tried.
    var weight: Int { (host == nil ? 0 : 2) + (port == nil ? 0 : 1) }

    /// Where an address is reached, if the rule is about it. Sockets are on this machine: only a rule that
    /// names one is about it.
    func target(of address: NodeAddress) -> NodeAddress? {
        guard port == nil ? address.socketPath == nil : port == address.port else { return nil }
        guard host == nil || host == Self.canonical(address.host) else { return nil }
        return NodeAddress(host: targetHost, port: targetPort ?? address.port)
    }
}

extension AddressMapRule: LosslessStringConvertible {
    /// Reads a rule.
    ///
    /// - Parameter description: `FROM=TO`; anything else gives `nil`.
    public init?(_ description: String) {
        do throws(Problem) {
            try self.init(parsing: description)
        } catch {
            return nil
        }
    }

    /// The rule in the form in which it is read.
    public var description: String {
        Self.text(host ?? "*", port) + "=" + Self.text(targetHost, targetPort)
    }

    private static func text(_ host: String, _ port: Int?) -> String {
        if let port { return NodeAddress(host: host, port: port).description }
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }
}
