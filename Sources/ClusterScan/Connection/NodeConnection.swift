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

    private init(
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

    /// A connection that nobody refers to any more must not stay open.
    deinit {
        if channel.isActive { channel.close(promise: nil) }
    }

    // MARK: Opening

    /// Connects, authenticates, selects the database and names the connection.
    ///
    /// Where the address leads to is what ``ConnectionConfiguration/addressMap`` says: nobody else has to know.
    ///
    /// - Parameters:
    ///   - address: The server, as the cluster announces it.
    ///   - configuration: Credentials and limits.
    ///   - asksIdentity: Whether the server is asked which node it is, in the same write as all that comes first.
    ///   - gate: Bounds what this and other connections of the same event loop hold; `nil` for one of its own.
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
        // Who passes a gate is on the event loop, as the gate is.
        let gate = gate.map { NIOLoopBound($0, eventLoop: eventLoop) }
        let target = configuration.addressMap.target(of: address)
        let limit = TimeAmount(configuration.connectTimeout)
        let start = eventLoop.now
        return resolver.places(of: target, within: limit, on: eventLoop)
            .flatMapErrorThrowing { throw ConnectionError(connecting: target, configuration, $0) }
            .flatMap { places in
                let rest = max(limit - (eventLoop.now - start), .milliseconds(1))
                return open(
                    address,
                    target,
                    at: places,
                    within: rest,
                    configuration,
                    asksIdentity: asksIdentity,
                    gate,
                    on: eventLoop
                )
            }
            .flatMapErrorThrowing { error in
                throw ConnectionError(connecting: target, configuration, error).reaching(address, at: target)
            }
    }

    /// Connects to the first place that lets us in. One that takes the connection and then says nothing, or
    /// hangs up, may be one of several servers behind a name: the others are tried as well, each place once.
    private static func open(
        _ address: NodeAddress,
        _ target: NodeAddress,
        at places: [SocketAddress],
        within limit: TimeAmount,
        _ configuration: ConnectionConfiguration,
        asksIdentity: Bool,
        _ gate: NIOLoopBound<ReplyGate>?,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<NodeConnection> {
        let deadline = eventLoop.now + limit
        return channel(to: target, at: places, within: limit, on: eventLoop).flatMap { channel in
            let peer = channel.remoteAddress
            return secure(
                channel,
                address: address,
                target: target,
                configuration: configuration,
                until: deadline
            )
            .flatMap { channel in
                start(
                    on: channel,
                    address: address,
                    target: target,
                    configuration: configuration,
                    asksIdentity: asksIdentity,
                    gate: gate
                )
            }
            .flatMapError { error in
                let others = places.filter { $0 != peer }
                guard let error = error as? ConnectionError, error.isAboutOneServer,
                    !others.isEmpty, others.count < places.count
                else { return eventLoop.makeFailedFuture(error) }
                let limit = TimeAmount(configuration.connectTimeout)
                return open(
                    address,
                    target,
                    at: others,
                    within: limit,
                    configuration,
                    asksIdentity: asksIdentity,
                    gate,
                    on: eventLoop
                )
            }
        }
    }

    private static func channel(
        to target: NodeAddress,
        at places: [SocketAddress],
        within limit: TimeAmount,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(limit)
            // Until the handler is there, as a server may speak first: it says so when it has too many
            // clients.
            .channelOption(.autoRead, value: false)
            // A channel keeps its buffers: with NIO's 64 KiB, 1,000 idle connections held 105 MB instead of
            // 45, and the CPU time of a scan was the same.
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 16 << 10)
            )
        if target.socketPath == nil {
            bootstrap = Keepalive.apply(to: bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1))
        }
        if places.count == 1 { return bootstrap.connect(to: places[0]) }
        return bootstrap.resolver(KnownAddresses(places: places, eventLoop: eventLoop))
            .connect(host: target.host, port: target.port)
    }

    /// Starts a conversation on a connected channel.
    ///
    /// What transforms the bytes on their way (TLS) is in the channel's pipeline already, or comes in here
    /// before the handler.
    ///
    /// - Parameters:
    ///   - channel: A channel with automatic reading switched off.
    ///   - address: The server at the other end, as the cluster announces it.
    ///   - target: Where it was sought, if that is elsewhere.
    ///   - configuration: Credentials and limits.
    ///   - asksIdentity: Whether the server is asked which node it is.
    ///   - gate: Bounds what this and other connections of the same event loop hold; `nil` for one of its own.
    /// - Returns: A connection ready for commands. The future fails with ``ConnectionError`` and nothing
    ///   else.
    package static func start(
        on channel: any Channel,
        address: NodeAddress,
        target: NodeAddress? = nil,
        configuration: ConnectionConfiguration,
        asksIdentity: Bool = false,
        gate: NIOLoopBound<ReplyGate>? = nil
    ) -> EventLoopFuture<NodeConnection> {
        let eventLoop = channel.eventLoop
        let open = { @Sendable () -> EventLoopFuture<NodeConnection> in
            let handler = NodeConnectionHandler(
                address: address,
                target: target,
                configuration: configuration,
                gate: gate?.value ?? ReplyGate()
            )
            let ready = channel.eventLoop.makePromise(of: NodeConnection.self)
            do {
                try channel.pipeline.syncOperations.addHandler(handler)
            } catch {
                channel.close(promise: nil)
                ready.fail(ConnectionError(.closed, address: address, message: "the connection is closed"))
                return ready.futureResult
            }
            let handshake = Handshake(
                address: address,
                configuration: configuration,
                asksIdentity: asksIdentity
            )
            handler.send(Pipeline(handshake.commands), limit: .greeting) { result in
                do throws(ConnectionError) {
                    let replies = try result.get()
                    if let failure = handshake.failure(replies) { throw failure }
                    ready.succeed(
                        NodeConnection(
                            address: address,
                            identity: handshake.identity(replies),
                            channel: channel,
                            handler: handler
                        )
                    )
                } catch {
                    handler.close(error)
                    ready.fail(error)
                }
            }
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            return ready.futureResult
        }
        // At once, as what the server says after a TLS handshake may have been read already.
        return eventLoop.inEventLoop ? open() : eventLoop.flatSubmit(open)
    }

    // MARK: Commands

    /// Sends one command. Only on the event loop.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - limit: How large the reply may be.
    ///   - completion: Called exactly once, on the event loop: from within the read of the reply, so that it can
    ///     send the next command at once, or at once if the connection is closed already. An error reply is a
    ///     success here: see ``FlatReply/error``.
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

    /// Sends commands, at least one, in one write, and has their replies joined in one piece of memory. Only on
    /// the event loop.
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

    /// Sends encoded commands in one write, and gets each reply as soon as it is there. Only on the event loop.
    ///
    /// The connection must be open. It is closed when nothing has moved for `commandTimeout`, in either
    /// direction.
    ///
    /// - Parameters:
    ///   - wire: The commands, one after the other. Pieces are not copied.
    ///   - replyCount: How many commands these are; at least one.
    ///   - receive: Called with each reply, error replies included, in order, from within the read.
    ///   - lost: Called at most once: with the reason, if the connection closes before the last reply. Of all
    ///     that is pending then, only the oldest is told that *its* reply was too large or not understood; the
    ///     rest is told that the connection is closed.
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
