import NIOCore
import NIOPosix

/// One attempt to open a connection: the address of a server, and how to get from there to a connection that
/// is ready for commands.
struct ConnectionOpening: Sendable {
    /// The server, as the cluster announces it.
    let address: NodeAddress
    /// Where it is sought.
    let target: NodeAddress
    let configuration: ConnectionConfiguration
    let credentials: CredentialStore
    /// Whether the server is asked which node it is.
    let asksIdentity: Bool
    /// Bounds what the connections of the event loop hold; `nil` for a gate of its own.
    let gate: NIOLoopBound<ReplyGate>?
    let eventLoop: any EventLoop

    /// Looks the target up and connects to it; a second time, with other credentials, if the server refuses
    /// those in use and there are others.
    func connect(_ resolver: HostResolver) -> EventLoopFuture<NodeConnection> {
        having(credentials.current(on: eventLoop)).flatMap { used in
            connect(resolver, as: used).flatMapError { error in
                guard let refusal = error as? ConnectionError, case .notAuthenticated = refusal.kind else {
                    return eventLoop.makeFailedFuture(error)
                }
                return having(credentials.renewed(after: used, on: eventLoop), after: refusal).flatMap {
                    other in
                    other == used ? eventLoop.makeFailedFuture(refusal) : connect(resolver, as: other)
                }
            }
        }
        .flatMapErrorThrowing { error in
            guard var refusal = error as? ConnectionError, refusal.isAboutCredentials else { throw error }
            refusal.mayPass = credentials.mayBecomeRight
            throw refusal
        }
        .map { connection in
            credentials.accepted()
            return connection
        }
    }

    /// Says why there are no credentials, if the provider fails.
    private func having(
        _ credentials: EventLoopFuture<Credentials?>,
        after refusal: ConnectionError? = nil
    ) -> EventLoopFuture<Credentials?> {
        credentials.flatMapErrorThrowing { error in
            let words = [refusal?.message, "there are no other credentials: \(error)"].compactMap(\.self)
            let message = words.joined(separator: "; ")
            throw ConnectionError(.noCredentials, address: address, message: message)
        }
    }

    private func connect(
        _ resolver: HostResolver,
        as credentials: Credentials?
    ) -> EventLoopFuture<NodeConnection> {
        let limit = TimeAmount(configuration.connectTimeout)
        let start = eventLoop.now
        return resolver.places(of: target, within: limit, on: eventLoop)
            .flatMapErrorThrowing { throw ConnectionError(connecting: target, configuration, $0) }
            .flatMap { places in
                open(
                    at: places,
                    as: credentials,
                    within: max(limit - (eventLoop.now - start), .milliseconds(1))
                )
            }
            .flatMapErrorThrowing { error in
                throw ConnectionError(connecting: target, configuration, error).reaching(address, at: target)
            }
    }

    /// Connects to the first place that lets us in. One that takes the connection and then says nothing, or
    /// hangs up, may be one of several servers behind a name: the others are tried as well, each place once.
    private func open(
        at places: [SocketAddress],
        as credentials: Credentials?,
        within limit: TimeAmount
    ) -> EventLoopFuture<NodeConnection> {
        let deadline = eventLoop.now + limit
        return channel(at: places, within: limit).flatMap { channel in
            let peer = channel.remoteAddress
            return NodeConnection.secure(
                channel,
                address: address,
                target: target,
                configuration: configuration,
                until: deadline
            )
            .flatMap { start(on: $0, as: credentials) }
            .flatMapError { error in
                let others = places.filter { $0 != peer }
                guard let error = error as? ConnectionError, error.isAboutOneServer,
                    !others.isEmpty, others.count < places.count
                else { return eventLoop.makeFailedFuture(error) }
                return open(at: others, as: credentials, within: TimeAmount(configuration.connectTimeout))
            }
        }
    }

    private func channel(
        at places: [SocketAddress],
        within limit: TimeAmount
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

    /// Says on a connected channel what is said first, and waits for the answers.
    func start(on channel: any Channel, as credentials: Credentials?) -> EventLoopFuture<NodeConnection> {
        // At once, as what the server says after a TLS handshake may have been read already.
        eventLoop.inEventLoop
            ? greet(channel, credentials) : eventLoop.flatSubmit { greet(channel, credentials) }
    }

    private func greet(
        _ channel: any Channel,
        _ credentials: Credentials?
    ) -> EventLoopFuture<NodeConnection> {
        let handler = NodeConnectionHandler(
            address: address,
            target: target,
            configuration: configuration,
            gate: gate?.value ?? ReplyGate()
        )
        let ready = eventLoop.makePromise(of: NodeConnection.self)
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
            credentials: credentials,
            asksIdentity: asksIdentity
        )
        say(handshake, over: handler, on: channel, ready)
        channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
        return ready.futureResult
    }

    private func say(
        _ handshake: Handshake,
        over handler: NodeConnectionHandler,
        on channel: any Channel,
        _ ready: EventLoopPromise<NodeConnection>
    ) {
        handler.send(Pipeline(handshake.commands), limit: .greeting) { result in
            do throws(ConnectionError) {
                let replies = try result.get()
                if let other = handshake.withoutUser(after: replies) {
                    return say(other, over: handler, on: channel, ready)
                }
                if let failure = handshake.failure(replies) { throw failure }
                let identity = handshake.identity(replies)
                ready.succeed(
                    NodeConnection(address: address, identity: identity, channel: channel, handler: handler)
                )
            } catch {
                handler.close(error)
                ready.fail(error)
            }
        }
    }
}
