package import NIOCore

/// One connection to one server. Its state belongs to its event loop.
package final class NodeConnection: Sendable {
    package let address: NodeAddress
    package let eventLoop: any EventLoop

    init(address: NodeAddress, eventLoop: any EventLoop) {
        self.address = address
        self.eventLoop = eventLoop
    }

    /// Connects, authenticates, selects the database and names the connection.
    ///
    /// The future fails with ``ConnectionError`` and nothing else.
    package static func connect(
        to address: NodeAddress,
        configuration: ConnectionConfiguration,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<NodeConnection> { fatalError() }

    /// Whether commands can be sent. Only on the event loop.
    package var isOpen: Bool { fatalError() }

    /// Sends one command. Only on the event loop.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - completion: Called exactly once, on the event loop: from within the read of the reply, so that it can
    ///     send the next command at once, or at once if the connection is closed already. An error reply is a
    ///     success here: see ``FlatReply/error``.
    package func send(
        _ command: Command,
        completion: @escaping (Result<FlatReply, ConnectionError>) -> Void
    ) { fatalError() }

    /// Sends commands in one write. Only on the event loop.
    ///
    /// - Parameters:
    ///   - commands: The commands.
    ///   - completion: As for one command; called when the last reply is there, or with the first failure.
    package func send(
        _ commands: [Command],
        completion: @escaping (Result<[FlatReply], ConnectionError>) -> Void
    ) { fatalError() }

    /// Sends one command from anywhere, and waits.
    ///
    /// Cancelling the task does not cancel the wait, which ends with `commandTimeout` at the latest.
    /// - Throws: An error reply as ``ConnectionError/Kind/server(_:)``, and every failure of the connection.
    package func send(_ command: Command) async throws(ConnectionError) -> RESPValue { fatalError() }

    /// Has `action` called once when the connection closes, after everything pending has failed; at once if it is
    /// closed already. Replaces an earlier action. Only on the event loop.
    package func onClose(_ action: @escaping (ConnectionError) -> Void) { fatalError() }

    /// Closes the connection, from anywhere, as often as one likes. Everything pending fails with `closed`.
    package func close() { fatalError() }
}
