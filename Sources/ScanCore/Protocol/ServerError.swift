/// An error reply of a server.
public struct ServerError: Error, Hashable, Sendable {
    /// The first word of the reply (`NOAUTH`, `MOVED`, `LOADING`, `ERR`…), by which programs tell errors
    /// apart.
    public var code: String

    /// The whole reply, the code included, for people.
    public var message: String

    /// Takes an error reply apart.
    ///
    /// - Parameter message: The whole reply, without the type byte in front.
    public init(message: String) {
        self.code = String(message.prefix { $0 != " " })
        self.message = message
    }
}

extension ServerError: CustomStringConvertible {
    /// The same as ``message``.
    public var description: String { message }
}
