import ClusterScan
import Foundation
import NIOCore
import NIOPosix

/// A server that misbehaves as told.
struct LoopbackServer {
    enum Answer: Sendable {
        case nothing
        case hangUp
        case say(String)
        case sayAndHangUp(String)
        case sayAndReset(String)
    }

    let address: NodeAddress
    var port: Int { address.port }
    private let listener: any Channel

    /// Listens on a free port.
    ///
    /// - Parameters:
    ///   - host: Where to listen.
    ///   - greeting: What to say before being asked; then hang up.
    ///   - answer: What to do with what a client sends.
    /// - Throws: What binding throws.
    init(
        host: String = "127.0.0.1",
        greeting: String? = nil,
        answer: @escaping @Sendable (String) -> Answer
    ) async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = AnsweringHandler(greeting: greeting, answer: answer)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: host, port: 0).get()
        address = NodeAddress(host: host, port: listener.localAddress?.port ?? 0)
    }

    func close() async throws { try await listener.close() }
}

private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let greeting: String?
    private let answer: @Sendable (String) -> LoopbackServer.Answer

    init(greeting: String?, answer: @escaping @Sendable (String) -> LoopbackServer.Answer) {
        self.greeting = greeting
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let greeting else { return }
        say(greeting, context: context)
        context.close(mode: .output, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch answer(String(buffer: unwrapInboundIn(data))) {
        case .nothing: break
        case .hangUp: context.close(promise: nil)
        case .say(let text): say(text, context: context)
        case .sayAndHangUp(let text):
            say(text, context: context)
            context.close(promise: nil)
        case .sayAndReset(let text):
            say(text, context: context)
            // Closing with a linger time of zero sends RST instead of FIN.
            let reset = linger(l_onoff: 1, l_linger: 0)
            (context.channel as? any SocketOptionProvider)?.setSoLinger(reset).whenComplete { _ in }
            context.close(promise: nil)
        }
    }

    private func say(_ text: String, context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    }
}

/// A listening socket that accepts nobody and whose queue is full: attempts to connect stay unanswered.
struct FullListener {
    let address: NodeAddress
    private let listener: any Channel
    private let waiting: [any Channel]

    init() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        address = NodeAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
        let client = ClientBootstrap(group: group).connectTimeout(.milliseconds(100))
        var waiting: [any Channel] = []
        while let channel = try? await client.connect(host: address.host, port: address.port).get() {
            waiting.append(channel)
        }
        self.waiting = waiting
    }

    func close() async throws {
        for channel in waiting { try await channel.close() }
        try await listener.close()
    }
}
