/// A user and its password.
public struct Credentials: Hashable, Sendable {
    /// The user of the access control list, or `nil` for the default user.
    public var username: String?
    /// The password. Never part of an error or a description.
    public var password: String

    /// Names a user and its password.
    ///
    /// - Parameters:
    ///   - username: The user of the access control list, or `nil` for the default user.
    ///   - password: The password.
    public init(username: String? = nil, password: String) {
        self.username = username
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user alone.
    public var description: String { "Credentials(username: \(username ?? "default"), password: hidden)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Only what ``description`` says.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
