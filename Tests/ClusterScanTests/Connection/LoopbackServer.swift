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
struct FullListener: ~Copyable {
    struct Failure: Error {}

    let address: NodeAddress
    private let sockets: [CInt]

    init() throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var sockets = [listener]
        try withUnsafeMutablePointer(to: &name) { name in
            try name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard bind(listener, name, length) == 0, listen(listener, 0) == 0,
                    getsockname(listener, name, &length) == 0
                else { throw Failure() }
                for _ in 0..<4 {
                    let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    sockets.append(client)
                    _ = connect(client, name, length)
                }
            }
        }
        self.sockets = sockets
        address = NodeAddress(host: "127.0.0.1", port: Int(UInt16(bigEndian: name.sin_port)))
    }

    deinit { for socket in sockets { close(socket) } }
}
