/// Bounds what the connections of one scanner hold, all together, of replies that are under way: a connection
/// that is not let on stops reading, and its server has to wait.
///
/// Every connection may hold ``freeBytes``. Those that need more share ``sharedBytes``; once these are used
/// up, only the one that has needed more for the longest time goes on, so that some reply is always
/// completed. A reply that no caller wants now does not go on.
///
/// Belongs to the event loop of its connections.
package final class ReplyGate {
    /// Pages of a thousand names, and bursts of ten thousand, are smaller.
    package static let freeBytes = 1 << 20
    package static let sharedBytes = 64 << 20

    private struct Holder {
        let connection: ObjectIdentifier
        var bytes: Int
        var isWanted: () -> Bool
        var resume: (() -> Void)?
    }

    /// In the order in which they came to need more.
    private var holders: [Holder] = []
    private var heldBytes = 0
    private let sharedBytes: Int

    package init(sharedBytes: Int = ReplyGate.sharedBytes) {
        self.sharedBytes = sharedBytes
    }

    /// Says whether a connection may go on reading.
    ///
    /// - Parameters:
    ///   - connection: Whose reply is under way.
    ///   - bytes: What it holds of it; no more than ``freeBytes`` when the reply is complete.
    ///   - isWanted: Whether some caller wants the reply now. When that changes, ``reconsider()`` is called.
    ///   - resume: Called once when it may go on, if it may not now.
    /// - Returns: Whether it may.
    package func admits(
        _ connection: ObjectIdentifier,
        holding bytes: Int,
        isWanted: @escaping () -> Bool = { true },
        resume: @escaping () -> Void
    ) -> Bool {
        guard bytes > Self.freeBytes else {
            leave(connection)
            return true
        }
        let position: Int
        if let known = holders.firstIndex(where: { $0.connection == connection }) {
            position = known
        } else {
            position = holders.count
            holders.append(Holder(connection: connection, bytes: 0, isWanted: isWanted))
        }
        heldBytes += bytes - holders[position].bytes
        holders[position].bytes = bytes
        guard mayGoOn(position) else {
            holders[position].resume = resume
            return false
        }
        holders[position].resume = nil
        return true
    }

    /// A connection has nothing large under way any more, or is closed.
    package func leave(_ connection: ObjectIdentifier) {
        guard let position = holders.firstIndex(where: { $0.connection == connection }) else { return }
        heldBytes -= holders[position].bytes
        holders.remove(at: position)
        reconsider()
    }

    private func mayGoOn(_ position: Int) -> Bool {
        guard holders[position].isWanted() else { return false }
        return heldBytes <= sharedBytes || position == holders.firstIndex { $0.isWanted() }
    }

    /// Lets on which connections may go on now.
    package func reconsider() {
        var resumes: [() -> Void] = []
        for position in holders.indices where mayGoOn(position) {
            guard let resume = holders[position].resume else { continue }
            holders[position].resume = nil
            resumes.append(resume)
        }
        // Not before: who goes on may come back here.
        for resume in resumes { resume() }
    }
}

/// Whether a stream wants to read on, or has enough for its consumer: its large replies wait then, unless
/// they are in the way of another call.
final class ReadHold {
    private let gate: ReplyGate

    var isFull = false {
        didSet { if oldValue, !isFull { gate.reconsider() } }
    }

    init(_ gate: ReplyGate) {
        self.gate = gate
    }
}
