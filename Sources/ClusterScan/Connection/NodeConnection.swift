package import NIOCore
import NIOPosix

/// One connection to one server. Its state belongs to its event loop.
///
/// Commands are answered in order. There is no queue in front of the socket: how much is in flight is the
/// caller's decision.
package final class NodeConnection: Sendable {
    package let address: NodeAddress
    /// Which node the server says it is, if it was asked.
    package let identity: NodeIdentity
    package let eventLoop: any EventLoop
    private let channel: any Channel
    /// Access is checked to be on the event loop.
    private let handler: NIOLoopBound<NodeConnectionHandler>

    init(
        address: NodeAddress,
        identity: NodeIdentity,
        channel: any Channel,
        handler: NodeConnectionHandler
    ) {
        self.address = address
        self.identity = identity
        eventLoop = channel.eventLoop
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// A connection without a reference must not stay open.
    deinit {
        if channel.isActive { channel.close(promise: nil) }
    }

    // MARK: Opening

    /// Connects, authenticates, selects the database and names the connection.
    ///
    /// Where the address leads to is what ``ConnectionConfiguration/addressMap`` says; no caller has to know.
    ///
    /// - Parameters:
    ///   - address: The server, as the cluster announces it.
    ///   - configuration: Credentials and limits.
    ///   - asksIdentity: Whether the server is asked which node it is, in the same write as all that comes
    ///     first.
    ///   - gate: Bounds what this and other connections of the same event loop hold; `nil` for one of its
    ///     own.
    ///   - eventLoop: The event loop the connection belongs to.
    ///   - resolver: Finds the addresses of host names.
    /// - Returns: A connection ready for commands. The future fails with ``ConnectionError`` and nothing
    ///   else.
    package static func connect(
        to address: NodeAddress,
        configuration: ConnectionConfiguration,
        asksIdentity: Bool = false,
        gate: ReplyGate? = nil,
        on eventLoop: any EventLoop,
        resolver: HostResolver = .system
    ) -> EventLoopFuture<NodeConnection> {
        connect(
            to: address,
            configuration: configuration,
            credentials: CredentialStore(configuration),
            asksIdentity: asksIdentity,
            gate: gate,
            on: eventLoop,
            resolver: resolver
        )
    }

    /// The same with credentials that are shared by many connections.
    static func connect(
        to address: NodeAddress,
        configuration: ConnectionConfiguration,
        credentials: CredentialStore,
        asksIdentity: Bool,
        gate: ReplyGate?,
        on eventLoop: any EventLoop,
        resolver: HostResolver = .system
    ) -> EventLoopFuture<NodeConnection> {
        // The caller that passes a gate is on the event loop, as the gate is.
        ConnectionOpening(
            address: address,
            target: configuration.addressMap.target(of: address),
            configuration: configuration,
            credentials: credentials,
            asksIdentity: asksIdentity,
            gate: gate.map { NIOLoopBound($0, eventLoop: eventLoop) },
            eventLoop: eventLoop
        ).connect(resolver)
    }

    /// Starts a conversation on a connected channel.
    ///
    /// What transforms the bytes on their way (TLS) is in the channel's pipeline already, or comes in here
    /// before the handler.
    ///
    /// - Parameters:
    ///   - channel: A channel with automatic reading switched off.
    ///   - address: The server at the other end, as the cluster announces it.
    ///   - configuration: Credentials and limits.
    /// - Returns: A connection ready for commands. The future fails with ``ConnectionError`` and nothing
    ///   else.
    package static func start(
        on channel: any Channel,
        address: NodeAddress,
        configuration: ConnectionConfiguration
    ) -> EventLoopFuture<NodeConnection> {
        ConnectionOpening(
            address: address,
            target: address,
            configuration: configuration,
            credentials: CredentialStore(configuration),
            asksIdentity: false,
            gate: nil,
            eventLoop: channel.eventLoop
        ).start(on: channel, as: configuration.givenCredentials)
    }

    // MARK: Commands

    /// Sends one command. Only on the event loop.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - limit: How large the reply may be.
    ///   - completion: Called exactly once, on the event loop: from within the read of the reply, so that it
    ///     can send the next command at once, or at once if the connection is closed already. An error reply
    ///     is a success here: see ``FlatReply/error``.
    package func send(
        _ command: Command,
        limit: ReplyLimit = .data,
        completion: @escaping (Result<FlatReply, ConnectionError>) -> Void
    ) {
        handler.value.send(command, limit: limit, hold: nil, completion: completion)
    }

    /// The same, for a caller that may have enough for a while.
    func send(
        _ command: Command,
        hold: ReadHold?,
        completion: @escaping (Result<FlatReply, ConnectionError>) -> Void
    ) {
        handler.value.send(command, limit: .data, hold: hold, completion: completion)
    }

    /// Sends commands in one write. Only on the event loop.
    ///
    /// All of them together have `commandTimeout`.
    ///
    /// - Parameters:
    ///   - commands: The commands.
    ///   - limit: How large each reply may be.
    ///   - completion: As for one command; called when the last reply is there, or with the first failure.
    package func send(
        _ commands: [Command],
        limit: ReplyLimit = .data,
        completion: @escaping (Result<[FlatReply], ConnectionError>) -> Void
    ) {
        handler.value.send(Pipeline(commands), limit: limit, completion: completion)
    }

    /// Sends commands, at least one, in one write, and has their replies joined in one piece of memory. Only
    /// on the event loop.
    ///
    /// - Parameters:
    ///   - commands: The commands.
    ///   - hold: Whether the caller has enough for a while; `nil` if it always wants the reply.
    ///   - completion: As for one command. Errors among the replies are values of the joined reply.
    func send(
        joining commands: Pipeline,
        hold: ReadHold? = nil,
        completion: @escaping (Result<FlatReply, ConnectionError>) -> Void
    ) {
        precondition(commands.count > 0)
        handler.value.send(joining: commands, hold: hold, completion: completion)
    }

    /// Sends encoded commands in one write, and gets each reply as soon as it is there. Only on the event
    /// loop.
    ///
    /// The connection must be open. It is closed when nothing has moved for `commandTimeout`, in either
    /// direction.
    ///
    /// - Parameters:
    ///   - wire: The commands, one after the other. Pieces are not copied.
    ///   - replyCount: How many commands these are; at least one.
    ///   - receive: Called with each reply, error replies included, in order, from within the read.
    ///   - lost: Called at most once: with the reason, if the connection closes before the last reply. Of all
    ///     that is pending then, only the oldest is told that *its* reply was too large or not understood;
    ///     the rest is told that the connection is closed.
    package func send(
        _ wire: [ByteBuffer],
        replyCount: Int,
        receive: @escaping (FlatReply) -> Void,
        lost: @escaping (ConnectionError) -> Void
    ) {
        send(wire, replyCount: replyCount, names: [], receive: receive, lost: lost)
    }

    /// The same, with the names of the commands in their order where ``countsCalls``.
    func send(
        _ wire: [ByteBuffer],
        replyCount: Int,
        names: [(name: CommandName, count: Int)],
        receive: @escaping (FlatReply) -> Void,
        lost: @escaping (ConnectionError) -> Void
    ) {
        handler.value.send(wire, replyCount: replyCount, names: names, receive: receive, lost: lost)
    }

    // MARK: Counting

    /// Has calls counted from now on. Only on the event loop.
    func observe(_ calls: CallRecorder) {
        handler.value.observe(calls)
    }

    /// Whether somebody counts calls. Only on the event loop.
    var countsCalls: Bool { handler.value.calls != nil }

    /// Sends one command about the node or the cluster, from anywhere, and waits.
    ///
    /// Cancelling the task does not end the wait, which takes `commandTimeout` at most.
    ///
    /// - Parameter command: The command.
    /// - Returns: The reply.
    /// - Throws: An error reply as ``ConnectionError/Kind/server(_:)``, and every failure of the connection.
    package func send(_ command: Command) async throws(ConnectionError) -> RESPValue {
        let result: Result<FlatReply, ConnectionError> = await withCheckedContinuation { continuation in
            onEventLoop {
                self.send(command, limit: .control) { continuation.resume(returning: $0) }
            }
        }
        let reply = try result.get()
        if let error = reply.error {
            throw ConnectionError(.server(error), address: address, message: error.message)
        }
        return reply.value
    }

    // MARK: Closing

    /// Whether commands can be sent. Only on the event loop.
    package var isOpen: Bool { handler.value.failure == nil }

    /// Has `action` called once when the connection closes, after everything pending has failed; at once if
    /// it is closed already. Replaces an earlier action. Only on the event loop.
    ///
    /// - Parameter action: Gets the reason.
    package func onClose(_ action: @escaping (ConnectionError) -> Void) {
        handler.value.setOnClose(action)
    }

    /// Closes the connection, from anywhere, as often as one likes. Everything pending fails with `closed`.
    package func close() {
        onEventLoop { self.handler.value.closeByUs() }
    }

    private func onEventLoop(_ action: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop {
            action()
        } else {
            eventLoop.execute(action)
        }
    }
}
