/// The answer of a server that does not serve the slot of a command: ask over there.
package struct Redirection: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The slot lives there now.
        case moved
        /// The slot is on its way there: this command only.
        case ask
    }

    /// Servers keep no longer host names.
    private static let longestHost = 255

    package var kind: Kind
    package var slot: UInt16
    package var address: NodeAddress

    /// Reads `MOVED slot host:port` or `ASK slot host:port`; `nil` for any other error.
    ///
    /// The host may be empty, meaning the host that was asked, and an IPv6 address comes without brackets, so
    /// the port stands after the last colon. `?` stands for a hostname that the server does not know: that is
    /// no place to go to, and the topology says what to do about it.
    ///
    /// - Parameters:
    ///   - error: An error reply.
    ///   - asked: The address of the server that sent it.
    package init?(_ error: ServerError, askedAt asked: NodeAddress) {
        let words = error.message.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 3,
            let slot = UInt16(words[1]), slot < 16384,
            let colon = words[2].lastIndex(of: ":"),
            let port = Int(words[2][words[2].index(after: colon)...]), (1...65535).contains(port)
        else { return nil }
        switch words[0] {
        case "MOVED": kind = .moved
        case "ASK": kind = .ask
        default: return nil
        }
        self.slot = slot
        let host = words[2][..<colon]
        guard host.utf8.count <= Self.longestHost, host != "?" else { return nil }
        address = NodeAddress(host: host.isEmpty ? asked.askedHost : String(host), port: port)
    }
}
