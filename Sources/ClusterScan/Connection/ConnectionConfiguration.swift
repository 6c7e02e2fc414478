/// How to connect to every server of a cluster.
public struct ConnectionConfiguration: Sendable {
    /// The user of the access control list to authenticate as, or `nil` for the default user.
    public var username: String?

    /// The password to authenticate with, or `nil` to send no `AUTH`. Never part of an error or a
    /// description.
    public var password: String?

    /// Where other credentials come from when a server refuses those in use for a new connection: tokens that
    /// live for fifteen minutes, passwords that are changed in the middle of an iteration.
    ///
    /// It is asked once for each connection that is refused, and before the first one where there is no
    /// ``password``; connections that are refused at the same time share one answer. It has 30 seconds. `nil`
    /// where a refusal ends the work.
    public var credentialProvider: (@Sendable () async throws -> Credentials)?

    /// The number of the database to select. Servers before Valkey 9 have only 0 in cluster mode.
    public var database: Int

    /// How connections are encrypted, or `nil` for not at all. Unix domain sockets never are.
    public var tls: TransportSecurity?

    /// How long to wait for name resolution, the connection and the TLS handshake, all addresses of a name
    /// together.
    public var connectTimeout: Duration

    /// How long to wait for the reply to a command, from the moment it is sent. When it passes, the
    /// connection is closed: a reply that comes late could not be told from the reply to the next command.
    public var commandTimeout: Duration

    /// The memory one reply with keys or values may take, in bytes; at most 2 GiB. A longer reply closes the
    /// connection. While it is read, twice as much is needed. By default the longest string that servers
    /// take, 512 MB, just fits.
    public var maximumReplyBytes: Int

    /// The name shown in the servers' `CLIENT LIST`, or `nil` to send none. A server that refuses the name is
    /// used without it.
    public var clientName: String?

    /// Where servers are reached, if not at the addresses that the cluster announces.
    public var addressMap: AddressMap

    /// Whether a command that reads a value counts as a use of its key, which idle times and frequencies
    /// tell, and which decides what a full cache evicts. With `false` servers are asked not to count (`CLIENT
    /// NO-TOUCH`); those before Redis 7.2, and those that do not permit it, count all the same. Reading names
    /// of keys never counts.
    public var countsAsUse: Bool
    /// What messages call these servers where a program works with several clusters: `destination`.
    public var label: String?

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - username: The user of the access control list, or `nil` for the default user.
    ///   - password: The password, or `nil` to send no `AUTH`.
    ///   - database: The number of the database to select.
    ///   - tls: How connections are encrypted, or `nil` for not at all.
    ///   - connectTimeout: How long to wait for name resolution, the TCP connection and the TLS handshake.
    ///   - commandTimeout: How long to wait for the reply to a command.
    ///   - maximumReplyBytes: The memory one reply with keys or values may take, in bytes.
    ///   - clientName: The name shown in `CLIENT LIST`, or `nil` to send none.
    ///   - addressMap: Where servers are reached, if not where the cluster says.
    ///   - countsAsUse: Whether reading values counts as a use of the keys.
    ///   - label: What messages call these servers, or `nil` for nothing.
    ///   - credentialProvider: Where other credentials come from when a server refuses those in use.
    public init(
        username: String? = nil,
        password: String? = nil,
        database: Int = 0,
        tls: TransportSecurity? = nil,
        connectTimeout: Duration = .seconds(5),
        commandTimeout: Duration = .seconds(10),
        maximumReplyBytes: Int = 513 << 20,
        clientName: String? = "cluster-scan",
        addressMap: AddressMap = AddressMap(),
        countsAsUse: Bool = true,
        label: String? = nil,
        credentialProvider: (@Sendable () async throws -> Credentials)? = nil
    ) {
        self.username = username
        self.password = password
        self.database = database
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.maximumReplyBytes = maximumReplyBytes
        self.clientName = clientName
        self.addressMap = addressMap
        self.countsAsUse = countsAsUse
        self.label = label
        self.credentialProvider = credentialProvider
    }
}

extension ConnectionConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings, with the password replaced by its presence.
    public var description: String {
        """
        ConnectionConfiguration(username: \(username ?? "default"), \
        password: \(password == nil ? "none" : "hidden")\
        \(credentialProvider == nil ? "" : ", renewed when refused"), database: \(database), \
        tls: \(tls?.description ?? "none"), \
        connectTimeout: \(connectTimeout), commandTimeout: \(commandTimeout), \
        maximumReplyBytes: \(maximumReplyBytes), clientName: \(clientName ?? "none"))
        """
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Only what ``description`` says: `dump` and logging libraries read mirrors, not descriptions.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
