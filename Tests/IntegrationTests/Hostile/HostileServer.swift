import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestCluster

/// A server on a real socket that knows the commands a scan needs, and answers some of them as told.
final class HostileServer: Sendable {
    /// What to answer.
    enum Answer: Sendable {
        case say(String)
        case bytes([UInt8])
        /// The first text, then the second one again and again: so many times, or for ever.
        case flood(String, String, times: Int = .max)
        /// One byte at a time.
        case drip(String, every: TimeAmount)
        case nothing
    }

    /// Gets a command, in capitals, with its arguments behind spaces; `nil` for what a good server answers.
    typealias Script = @Sendable (_ command: String, _ port: Int) -> Answer?

    let port: Int
    private let listener: any Channel
    private let clients: Mutex<[any Channel]>
    /// How many connections there were.
    let connections = Mutex(0)

    var url: String { "127.0.0.1:\(port)" }

    private init(listener: any Channel) {
        self.listener = listener
        port = listener.localAddress?.port ?? 0
        clients = Mutex([])
    }

    /// Runs a server as long as `body` takes.
    ///
    /// - Parameters:
    ///   - greeting: What to say before being asked.
    ///   - script: What to answer.
    ///   - body: Gets the server.
    /// - Returns: What `body` returns.
    /// - Throws: What binding or `body` throws.
    static func with<Value>(
        greeting: String? = nil,
        _ script: @escaping Script = { _, _ in nil },
        _ body: (HostileServer) async throws -> Value
    ) async throws -> Value {
        let server = Mutex<HostileServer?>(nil)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                server.withLock { server in
                    server?.clients.withLock { $0.append(channel) }
                    server?.connections.withLock { $0 += 1 }
                }
                let port = channel.localAddress?.port ?? 0
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptedHandler(greeting: greeting) { script($0, port) ?? good($0, port) }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let hostile = HostileServer(listener: listener)
        server.withLock { $0 = hostile }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(hostile))
        } catch {
            result = .failure(error)
        }
        for client in hostile.clients.withLock({ $0 }) { client.close(promise: nil) }
        try? await listener.close()
        return try result.get()
    }

    // MARK: What a good server answers

    static let id = String(repeating: "a", count: 40)

    static func good(_ command: String, _ port: Int) -> Answer {
        switch command {
        case "CLUSTER SLOTS": .say(slots([(0, 16383, id, port)]))
        case "CLUSTER NODES": .say(bulk(nodesLine(id, port, "myself,master", slots: "0-16383")))
        case "INFO SERVER", "INFO": .say(bulk(info()))
        case let scan where scan.hasPrefix("SCAN "): .say(page("0", ["one", "two"]))
        case let count where count.hasPrefix("CLUSTER COUNTKEYSINSLOT"): .say(":0\r\n")
        case let keys where keys.hasPrefix("CLUSTER GETKEYSINSLOT"): .say("*0\r\n")
        case "DBSIZE": .say(":2\r\n")
        case let other where other.hasPrefix("CLIENT "): .say("+OK\r\n")
        default: .say("-ERR unknown command\r\n")
        }
    }

    static func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

    static func info(run: Character = "b") -> String {
        "# Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\nrun_id:\(String(repeating: run, count: 40))\r\n"
    }

    static func nodesLine(_ id: String, _ port: Int, _ flags: String, slots: String, epoch: Int = 1) -> String
    {
        "\(id) 127.0.0.1:\(port)@\(port + 10000) \(flags) - 0 0 \(epoch) connected \(slots)\n"
    }

    static func slots(_ ranges: [(first: Int, last: Int, id: String, port: Int)]) -> String {
        ranges.reduce(into: "*\(ranges.count)\r\n") { reply, range in
            reply += "*3\r\n:\(range.first)\r\n:\(range.last)\r\n*3\r\n" + bulk("127.0.0.1")
            reply += ":\(range.port)\r\n" + bulk(range.id)
        }
    }

    static func page(_ cursor: String, _ keys: [String]) -> String {
        "*2\r\n" + bulk(cursor) + "*\(keys.count)\r\n" + keys.map(bulk).joined()
    }
}

private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let greeting: String?
    private let answer: (String) -> HostileServer.Answer
    private var received = ""
    private var context: ChannelHandlerContext?

    init(greeting: String?, answer: @escaping (String) -> HostileServer.Answer) {
        self.greeting = greeting
        self.answer = answer
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if let greeting { write(ByteBuffer(string: greeting)) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        while let command = nextCommand() { perform(answer(command)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Commands come as arrays of bulk strings without line ends in them.
    private func nextCommand() -> String? {
        let lines = received.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let head = lines.first, head.first == "*", let count = Int(head.dropFirst()),
            lines.count > 2 * count + 1
        else { return nil }
        let words = (0..<count).map { lines[2 + 2 * $0] }
        received = lines[(2 * count + 1)...].joined(separator: "\r\n")
        return words.joined(separator: " ").uppercased()
    }

    private func perform(_ answer: HostileServer.Answer) {
        switch answer {
        case .say(let text): write(ByteBuffer(string: text))
        case .bytes(let bytes): write(ByteBuffer(bytes: bytes))
        case .flood(let first, let again, let times):
            write(ByteBuffer(string: first))
            let copies = max(1, min(times, (64 << 10) / max(1, again.utf8.count)))
            flood(ByteBuffer(string: String(repeating: again, count: copies)), times: times / copies)
        case .drip(let text, let pause): drip(Array(text.utf8)[...], pause)
        case .nothing: break
        }
    }

    /// The next piece goes out when the last one has: the server needs no memory, whatever it sends.
    private func flood(_ piece: ByteBuffer, times: Int) {
        guard times > 0, let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess {
            // In a turn of its own: writes that succeed at once would nest without end.
            context.eventLoop.assumeIsolated().execute { self.flood(piece, times: times - 1) }
        }
        context.writeAndFlush(wrapOutboundOut(piece), promise: written)
    }

    private func drip(_ bytes: ArraySlice<UInt8>, _ pause: TimeAmount) {
        guard let byte = bytes.first, let context else { return }
        write(ByteBuffer(bytes: [byte]))
        _ = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.drip(bytes.dropFirst(), pause) }
    }

    private func write(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }
}
