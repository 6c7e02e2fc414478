/// The two parts of `host:port`, as people write it: an IPv6 address stands in brackets where a port follows.
package struct HostAndPort {
    /// Without brackets; may be empty. Several colons without brackets belong to it, as in `::1`.
    package let host: Substring
    /// `nil` where there is none.
    package let port: Substring?

    /// What is wrong with a text.
    package struct Problem: Error {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// Takes a text apart.
    package init(_ text: Substring) throws(Problem) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw Problem(description: "the '[' of the IPv6 address has no ']'")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else {
                throw Problem(description: "after ']' comes ':' and the port")
            }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = text.firstIndex(of: ":"), !text[text.index(after: colon)...].contains(":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        } else {
            host = text
            port = nil
        }
    }

    /// The port as a number, if there is one.
    package func portNumber() throws(Problem) -> Int? {
        guard let port else { return nil }
        guard let number = UInt16(decimalDigits: port.utf8), number > 0 else {
            throw Problem(description: "the port is not a number from 1 to 65535")
        }
        return Int(number)
    }
}
