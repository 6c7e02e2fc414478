import ClusterScan
import NIOCore
import NIOPosix
import TestCluster

/// A stretch of network between the client and one server: a proxy on loopback that takes its time, or
/// swallows everything from some moment on. An ``AddressMap`` leads connections through it.
final class Stretch: Sendable {
    /// Where the server listens.
    let server: NodeAddress
    /// Where to connect to instead.
    let address: NodeAddress
    private let loop: any EventLoop
    private let state: NIOLoopBound<State>

    fileprivate final class State {
        var listener: (any Channel)?
        var isCut = false
        var relays: [Relay] = []
        /// Attempts to connect that fill the queue of a listener that accepts nobody.
        var crowd: [any Channel] = []
    }

    /// - Parameters:
    ///   - server: Where the server listens.
    ///   - delay: How long bytes take, in each direction; a round trip takes twice that.
    /// - Throws: What listening throws.
    init(to server: NodeAddress, delay: Duration = .zero) async throws {
        self.server = server
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        self.loop = loop
        let bound = try await loop.submit { NIOLoopBound(State(), eventLoop: loop) }.get()
        state = bound
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { client in
                loop.makeCompletedFuture {
                    let relay = Relay(client, to: server, delay: TimeAmount(delay), state: bound.value)
                    try client.pipeline.syncOperations.addHandler(relay.clientSide)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        address = NodeAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
        try await loop.submit { bound.value.listener = listener }.get()
    }

    /// From now on nothing gets through, and nobody is told: bytes of open connections disappear, and
    /// attempts to connect stay unanswered.
    func cut() async throws {
        let state = state
        let listener = try await loop.submit {
            state.value.isCut = true
            return state.value.listener
        }.get()
        try await listener?.close()
        let deaf = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: address.host, port: address.port).get()
        var crowd: [any Channel] = []
        let client = ClientBootstrap(group: loop).connectTimeout(.milliseconds(100))
        while let channel = try? await client.connect(host: address.host, port: address.port).get() {
            crowd.append(channel)
        }
        try await loop.submit { [crowd] in
            state.value.listener = deaf
            state.value.crowd = crowd
        }.get()
    }

    func close() async throws {
        let state = state
        try await loop.submit {
            state.value.listener?.close(promise: nil)
            for channel in state.value.crowd { channel.close(promise: nil) }
            for relay in state.value.relays { relay.end() }
            state.value.relays = []
        }.get()
    }

    /// Runs `body` with stretches to all nodes of a cluster, and a map that leads through them.
    static func between<Value>(
        _ nodes: [LocalCluster.Node],
        delay: Duration = .zero,
        _ body: ([Stretch], AddressMap) async throws -> Value
    ) async throws -> Value {
        var stretches: [Stretch] = []
        for node in nodes { stretches.append(try await Stretch(to: node.nodeAddress, delay: delay)) }
        let map = AddressMap(stretches.map { AddressMapRule(from: $0.server, to: $0.address) })
        do {
            let value = try await body(stretches, map)
            for stretch in stretches { try await stretch.close() }
            return value
        } catch {
            for stretch in stretches { try? await stretch.close() }
            throw error
        }
    }
}

/// Two connections whose bytes go from one to the other. Belongs to their event loop.
private final class Relay {
    private let client: any Channel
    private var server: (any Channel)?
    private let delay: TimeAmount
    private let state: Stretch.State
    /// What the client sent before there was a connection to the server.
    private var early: [ByteBuffer] = []

    init(_ client: any Channel, to address: NodeAddress, delay: TimeAmount, state: Stretch.State) {
        self.client = client
        self.delay = delay
        self.state = state
        state.relays.append(self)
        let bound = NIOLoopBound(self, eventLoop: client.eventLoop)
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let side = Side {
                        bound.value.backward($0)
                    } whenGone: {
                        bound.value.close()
                    }
                    try channel.pipeline.syncOperations.addHandler(side)
                }
            }
            .connect(host: address.host, port: address.port)
            .whenComplete { result in
                let relay = bound.value
                guard case .success(let channel) = result else { return relay.close() }
                relay.server = channel
                for bytes in relay.early { relay.later { channel.writeAndFlush(bytes, promise: nil) } }
                relay.early = []
            }
    }

    var clientSide: Side {
        let bound = NIOLoopBound(self, eventLoop: client.eventLoop)
        return Side {
            bound.value.forward($0)
        } whenGone: {
            bound.value.close()
        }
    }

    private func forward(_ bytes: ByteBuffer) {
        guard let server else { return early.append(bytes) }
        later { server.writeAndFlush(bytes, promise: nil) }
    }

    private func backward(_ bytes: ByteBuffer) {
        let client = client
        later { client.writeAndFlush(bytes, promise: nil) }
    }

    private func later(_ action: @escaping () -> Void) {
        guard !state.isCut else { return }
        guard delay > .zero else { return action() }
        let bound = NIOLoopBound((self, action), eventLoop: client.eventLoop)
        client.eventLoop.scheduleTask(in: delay) {
            let (relay, action) = bound.value
            if !relay.state.isCut { action() }
        }
    }

    /// One side has closed: so does the other, unless nobody would hear of it.
    func close() {
        if !state.isCut { end() }
    }

    func end() {
        client.close(promise: nil)
        server?.close(promise: nil)
    }

    final class Side: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let take: @Sendable (ByteBuffer) -> Void
        private let gone: @Sendable () -> Void

        init(_ take: @escaping @Sendable (ByteBuffer) -> Void, whenGone gone: @escaping @Sendable () -> Void)
        {
            self.take = take
            self.gone = gone
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { gone() }
    }
}
