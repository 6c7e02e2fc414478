/// An error reply of a server.
package struct ServerError: Error, Hashable, Sendable {
    /// The first word of the reply (`NOAUTH`, `MOVED`, `LOADING`, `ERR`…), by which programs tell errors
    /// apart.
    package var code: String

    /// The whole reply, the code included, for people.
    package var message: String

    package init(message: String) {
        self.code = String(message.prefix { $0 != " " })
        self.message = message
    }
}

extension ServerError: CustomStringConvertible {
    package var description: String { message }
}
