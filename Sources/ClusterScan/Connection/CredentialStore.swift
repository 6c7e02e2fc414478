import NIOCore
import Synchronization

/// The credentials that all connections of a scanner use, and where others come from when a server refuses
/// them.
final class CredentialStore: Sendable {
    private struct State {
        var current: Credentials?
        /// Whether a server has taken what the provider or the caller gave.
        var isProven = false
        /// Others are being asked for; connections that are refused meanwhile wait for the same answer.
        var renewal: EventLoopFuture<Credentials?>?
    }

    /// How long the provider may take. A command that asks a service for a token takes seconds.
    private static let patience = TimeAmount.seconds(30)

    private let provider: (@Sendable () async throws -> Credentials)?
    private let state: Mutex<State>

    init(_ configuration: ConnectionConfiguration) {
        provider = configuration.credentialProvider
        state = Mutex(State(current: configuration.givenCredentials))
    }

    /// Whether a refusal may pass: servers took the credentials before, and the provider may get the new ones
    /// later than the servers, or one server after the other.
    var mayBecomeRight: Bool { provider != nil && state.withLock { $0.isProven } }

    /// A server has taken the credentials.
    func accepted() {
        state.withLock { $0.isProven = true }
    }

    /// What a new connection authenticates with, `nil` for nothing. The provider is asked where no password
    /// was given.
    func current(on eventLoop: any EventLoop) -> EventLoopFuture<Credentials?> {
        if let current = state.withLock({ $0.current }) { return eventLoop.makeSucceededFuture(current) }
        return renewed(after: nil, on: eventLoop)
    }

    /// What to authenticate with after a server has refused these credentials.
    ///
    /// - Returns: The same ones if there are no others. Fails with what the provider throws.
    func renewed(after refused: Credentials?, on eventLoop: any EventLoop) -> EventLoopFuture<Credentials?> {
        guard let provider else { return eventLoop.makeSucceededFuture(refused) }
        return state.withLock { state in
            if let current = state.current, current != refused {
                // Another connection was refused before, and has asked.
                return eventLoop.makeSucceededFuture(current)
            }
            if let renewal = state.renewal { return renewal.hop(to: eventLoop) }
            let promise = eventLoop.makePromise(of: Credentials?.self)
            let timer = eventLoop.scheduleTask(in: Self.patience) { promise.fail(NoAnswer()) }
            let answer = eventLoop.makeFutureWithTask { try await provider() }
            answer.whenComplete { result in
                timer.cancel()
                self.state.withLock { state in
                    state.renewal = nil
                    if case .success(let credentials) = result { state.current = credentials }
                }
                promise.completeWith(result.map(Optional.some))
            }
            state.renewal = promise.futureResult
            return promise.futureResult
        }
    }

    private struct NoAnswer: Error, CustomStringConvertible {
        var description: String { "no answer within 30 seconds" }
    }
}

extension ConnectionConfiguration {
    /// What to authenticate with as long as no server refuses it.
    var givenCredentials: Credentials? {
        password.map { Credentials(username: username, password: $0) }
    }
}
