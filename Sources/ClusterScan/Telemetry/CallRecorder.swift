import CoreMetrics
import DequeModule
import NIOCore

/// Counts and times the calls on one connection. Exists only where they are counted, and belongs to the
/// connection's event loop.
///
/// Calls of one command that go out in one write are counted one by one and timed together, up to their last
/// reply.
final class CallRecorder {
    private struct Flight {
        let metrics: CallMetrics
        var unanswered: Int
        /// Whether their replies come in one piece, together with those of the flights before and after.
        let isJoined: Bool
        let start: NIODeadline
    }

    private let address: NodeAddress
    private let metrics: ScannerMetrics
    private let connection: ConnectionMetrics
    private var known: [CommandName: CallMetrics] = [:]
    private var flights: Deque<Flight> = []

    init(_ metrics: ScannerMetrics, at address: NodeAddress) {
        self.metrics = metrics
        self.address = address
        connection = metrics.connections(to: address)
        connection.opened.increment()
        connection.open.increment()
    }

    // MARK: Out

    /// A command goes out.
    func sent(_ wire: ByteBuffer, at start: NIODeadline) {
        sent(CommandName(wire: wire), 1, at: start)
    }

    /// Commands go out in one write.
    func sent(commands: ByteBuffer, isJoined: Bool, at start: NIODeadline) {
        for (name, count) in CommandName.names(in: commands) {
            sent(name, count, isJoined: isJoined, at: start)
        }
    }

    /// So many commands of one name go out in one write.
    func sent(_ name: CommandName, _ count: Int, isJoined: Bool = false, at start: NIODeadline) {
        let metrics = metrics(of: name)
        flights.append(Flight(metrics: metrics, unanswered: count, isJoined: isJoined, start: start))
    }

    private func metrics(of name: CommandName) -> CallMetrics {
        if let metrics = known[name] { return metrics }
        let metrics = metrics.calls(of: name, at: address)
        known[name] = metrics
        return metrics
    }

    // MARK: In

    func received(byteCount: Int) {
        connection.receivedBytes.increment(by: byteCount)
    }

    /// A reply is there, or several that were joined.
    func received(_ reply: FlatReply) {
        guard let first = flights.first else { return }
        guard first.isJoined else { return answered(with: reply.error) }
        reply.forEachJoinedReply { error in
            if flights.first?.isJoined == true { answered(with: error) }
        }
    }

    private func answered(with error: ServerError?) {
        guard var flight = flights.popFirst() else { return }
        switch error?.code {
        case nil: flight.metrics.answered.increment()
        case "MOVED", "ASK": flight.metrics.redirected.increment()
        default: flight.metrics.refused.increment()
        }
        flight.unanswered -= 1
        if flight.unanswered == 0 {
            flight.metrics.duration.recordNanoseconds((NIODeadline.now() - flight.start).nanoseconds)
        } else {
            flights.prepend(flight)
        }
    }

    /// The connection is closed; what was not answered never will be.
    func closed() {
        for flight in flights { flight.metrics.lost.increment(by: flight.unanswered) }
        flights = []
        connection.open.decrement()
    }
}
