import ClusterScan
import NIOCore
import NIOEmbedded
import Synchronization

/// A connection over a channel without a socket; the test plays the server and turns the clock.
struct ConnectionHarness {
    static let address = NodeAddress(host: "node.test", port: 7000)

    let channel = NIOAsyncTestingChannel()
    let opening: EventLoopFuture<NodeConnection>

    /// Connects the channel and lets the client say hello.
    init(_ configuration: ConnectionConfiguration = ConnectionConfiguration()) async throws {
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 7000)).get()
        opening = NodeConnection.start(on: channel, address: Self.address, configuration: configuration)
        await channel.testingEventLoop.run()
    }

    /// A connection whose hello was answered.
    static func open(
        _ configuration: ConnectionConfiguration = ConnectionConfiguration()
    ) async throws -> (ConnectionHarness, NodeConnection) {
        let harness = try await ConnectionHarness(configuration)
        _ = try await harness.sent()
        try await harness.receive("+OK\r\n")
        return (harness, try await harness.opening.get())
    }

    /// What the client wrote since the last call, in one write.
    func sent() async throws -> String {
        String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
    }

    /// Bytes from the server.
    func receive(_ bytes: String) async throws {
        try await channel.writeInbound(ByteBuffer(string: bytes))
    }

    func onLoop(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await channel.testingEventLoop.executeInContext(body)
    }

    func advance(by duration: Duration) async {
        await channel.testingEventLoop.advanceTime(by: TimeAmount(duration))
    }

    /// The error the hello ended with.
    func openingError() async -> ConnectionError? {
        do {
            _ = try await opening.get()
            return nil
        } catch {
            return error as? ConnectionError
        }
    }
}

/// What happened, in order, noted from any thread.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    var entries: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }

    func note(_ result: Result<FlatReply, ConnectionError>) {
        switch result {
        case .success(let reply): note("\(reply.value.string ?? reply.value.integer.map(String.init) ?? "?")")
        case .failure(let error): note("\(error.kind)")
        }
    }
}
