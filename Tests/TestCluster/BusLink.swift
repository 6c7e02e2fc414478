import NIOCore
import NIOPosix

/// A link of the bus: two connections whose bytes go from one to the other. Belongs to their event loop.
final class BusLink {
    private let target: Int
    private let near: any Channel
    private var far: (any Channel)?
    private let state: ClusterBus.State
    /// The node that opened the link, once that is known; nil for a stranger.
    private var origin: Int?
    private var isIdentified = false
    /// What came before that, or before there was a connection to the other end.
    private var early = ByteBuffer()
    private(set) var hasLost = false

    /// Where a message has its sender's id: behind signature, length, version, port, type, count, two epochs
    /// and an offset.
    private static let sender = 40..<80

    init(_ near: any Channel, to target: Int, _ state: ClusterBus.State) {
        self.near = near
        self.target = target
        self.state = state
        state.links[ObjectIdentifier(self)] = self
    }

    func connect(host: String, port: Int) {
        let bound = NIOLoopBound(self, eventLoop: near.eventLoop)
        let loop = near.eventLoop
        ClientBootstrap(group: loop)
            .channelInitializer { far in
                loop.makeCompletedFuture {
                    try far.pipeline.syncOperations.addHandler(bound.value.side { $0.backward($1) })
                }
            }
            .connect(host: host, port: port)
            .whenComplete { result in
                guard case .success(let far) = result else { return bound.value.end() }
                guard bound.value.near.isActive else { return far.close(promise: nil) }
                bound.value.far = far
                bound.value.flush()
            }
    }

    func side(_ take: @escaping @Sendable (BusLink, ByteBuffer) -> Void) -> BusSide {
        let bound = NIOLoopBound(self, eventLoop: near.eventLoop)
        return BusSide {
            take(bound.value, $0)
        } whenGone: {
            bound.value.end()
        }
    }

    func forward(_ bytes: ByteBuffer) {
        early.writeImmutableBuffer(bytes)
        if !isIdentified, early.readableBytes >= Self.sender.upperBound {
            let id = early.getString(
                at: early.readerIndex + Self.sender.lowerBound,
                length: Self.sender.count
            )
            origin = state.ids.firstIndex { $0 == id }
            isIdentified = true
        }
        flush()
    }

    private func flush() {
        guard let far, isIdentified, early.readableBytes > 0 else { return }
        if state.isCut(from: origin, to: target) {
            hasLost = true
        } else {
            far.writeAndFlush(early, promise: nil)
        }
        early.clear()
    }

    func backward(_ bytes: ByteBuffer) {
        if state.isCut(from: origin, to: target) {
            hasLost = true
        } else {
            near.writeAndFlush(bytes, promise: nil)
        }
    }

    func end() {
        state.links[ObjectIdentifier(self)] = nil
        near.close(promise: nil)
        far?.close(promise: nil)
    }
}

final class BusSide: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let take: @Sendable (ByteBuffer) -> Void
    private let gone: @Sendable () -> Void

    init(_ take: @escaping @Sendable (ByteBuffer) -> Void, whenGone gone: @escaping @Sendable () -> Void) {
        self.take = take
        self.gone = gone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { gone() }
}
