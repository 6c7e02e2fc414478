import NIOCore
import NIOHTTPTypes

/// Learns that a client has gone while its request is being worked on, so that the work can stop.
///
/// A client that only closes its sending half counts as gone, too.
final class ClientWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private var isGone = false
    private var action: (@Sendable () -> Void)?

    /// Has `action` called when the client goes; at once if it has gone. Replaces an earlier action.
    func setAction(_ action: (@Sendable () -> Void)?) {
        self.action = action
        if isGone { action?() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent { clientLeft() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        clientLeft()
        context.fireChannelInactive()
    }

    private func clientLeft() {
        isGone = true
        action?()
    }
}

struct DeadlineExceeded: Error {}

extension Channel {
    /// Has `action` called when the client at the other end goes, until another one is set.
    func onClientGone(_ action: (@Sendable () -> Void)?) async throws {
        try await eventLoop.submit {
            try self.pipeline.syncOperations.handler(type: ClientWatch.self).setAction(action)
        }.get()
    }

    /// Does work that is cancelled when its time is up or the client has gone.
    ///
    /// It is not waited for then: an answer of a server may be under way, and takes its time.
    ///
    /// - Throws: What the work throws, ``DeadlineExceeded``, or `CancellationError`.
    func whileClientWaits<Value: Sendable>(
        atMost limit: Duration,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (results, outcome) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
        let worker = Task {
            do {
                outcome.yield(.success(try await work()))
            } catch {
                outcome.yield(.failure(error))
            }
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            outcome.yield(.failure(DeadlineExceeded()))
        }
        defer {
            worker.cancel()
            timer.cancel()
        }
        try await onClientGone { outcome.yield(.failure(CancellationError())) }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
