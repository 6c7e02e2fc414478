package import ScanCore

/// Where a server is and who asks, as it is written on the command line.
///
/// `redis://[user[:password]@]host[:port][/database]`, `rediss://…` with TLS, or just `host:port`;
/// `unix:///path[?db=database]` for a Unix domain socket. User and password may have bytes written as `%HH`,
/// an IPv6 address stands in brackets.
package struct ServerURL: Hashable, Sendable {
    package var address: NodeAddress
    package var username: String?
    package var password: String?
    package var database: Int?
    /// `nil` where there is only `host:port`.
    package var usesTLS: Bool?

    package static let defaultPort = 6379

    /// What is wrong with a URL, without anything that may be a password.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The URL of a socket, without a user.
    package init(socketPath: String) {
        address = NodeAddress(socketPath: socketPath)
    }

    /// Reads a URL.
    package init(_ text: String) throws(Problem) {
        func problem(_ words: String) -> Problem {
            Problem(description: "\(ServerURL.withoutSecrets(text)): \(words)")
        }
        var rest = text[...]
        if let scheme = ServerURL.scheme(of: text) {
            switch text[..<scheme.lowerBound].lowercased() {
            case "redis", "valkey":
                usesTLS = false
            case "unix", "redis+unix", "valkey+unix", "redis-socket", "redis+socket":
                do throws(Problem) {
                    self = try ServerURL(socket: text[scheme.upperBound...])
                } catch {
                    throw problem(error.description)
                }
                return
            case "rediss", "valkeys":
                usesTLS = true
            case let other:
                throw problem(
                    "'\(other)' is not a way to reach a server; use redis://host:port, or rediss:// with TLS"
                )
            }
            rest = text[scheme.upperBound...]
        } else if text.contains("@") {
            throw problem(
                "write it as redis://user:password@host:port, or set REDISCLI_AUTH and write host:port"
            )
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) || rest.lastIndex(of: "@") != nil else {
            throw problem("parameters after '?' or '#' are not understood; use options")
        }

        var user: Substring?
        if let at = rest.lastIndex(of: "@") {
            user = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        if let slash = rest.firstIndex(of: "/") {
            let name = rest[rest.index(after: slash)...]
            if !name.isEmpty {
                guard name.allSatisfy(\.isASCIIDigit), let number = UInt16(name) else {
                    throw problem("the database after '/' is not a number")
                }
                database = Int(number)
            }
            rest = rest[..<slash]
        }
        do throws(Problem) {
            address = try ServerURL.address(rest)
            if let user { try readUser(user) }
        } catch {
            throw problem(error.description)
        }
    }

    /// Where `://` stands behind a scheme (RFC 3986, 3.1): a password may have it as well.
    private static func scheme(of text: some StringProtocol) -> Range<String.Index>? {
        guard let colon = text.firstIndex(of: ":"),
            text[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "'\"+-.".contains($0)) }
            ),
            text[colon...].hasPrefix("://")
        else { return nil }
        return colon..<text.index(colon, offsetBy: 3)
    }

    private static func address(_ text: Substring) throws(Problem) -> NodeAddress {
        do throws(HostAndPort.Problem) {
            let parts = try HostAndPort(text)
            var host = parts.host
            if text.first == "[" {
                // As in a URL, the '%' before a zone may be written as %25.
                host = host.replacing("%25", with: "%", maxReplacements: 1)
            } else if host.contains(":") {
                throw HostAndPort.Problem(
                    description: "an IPv6 address stands in brackets, as in [::1]:7000"
                )
            }
            guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
                throw HostAndPort.Problem(description: "the name of the host is missing")
            }
            return NodeAddress(host: String(host), port: try parts.portNumber() ?? defaultPort)
        } catch {
            throw Problem(description: error.description)
        }
    }

    /// Takes what stands before the `@`.
    mutating func readUser(_ text: Substring) throws(Problem) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = ServerURL.decode(parts[0]), let secret = ServerURL.decode(parts.last ?? "") else {
            throw Problem(
                description:
                    "the user or password has a '%' that two hexadecimal digits do not follow; write % as %25"
            )
        }
        username = name.isEmpty ? nil : name
        password = parts.count == 2 ? secret : nil
    }

    /// - Returns: `nil` if a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(HexadecimalDigits.value),
                let low = rest.next().flatMap(HexadecimalDigits.value)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A text in which whatever may be a user or a password of a URL is left out, for messages.
    package static func withoutSecrets(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard let at = word.lastIndex(of: "@") else { return String(word) }
            let scheme = ServerURL.scheme(of: word).map { String(word[..<$0.upperBound]) } ?? ""
            return scheme + String(word[word.index(after: at)...])
        }.joined(separator: " ")
    }
}
