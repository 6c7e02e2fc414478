/// Bounds what the connections of one run hold, all together, of replies that are under way: a connection that is
/// not let on stops reading, and its server has to wait.
///
/// Every connection may hold ``freeBytes``. Those that need more share ``sharedBytes``; once these are used up, only
/// the one that has needed more for the longest time goes on, so that some reply is always completed.
///
/// Belongs to the event loop of its connections.
package final class ReplyGate {
    /// Pages of a thousand names, and bursts of ten thousand, are smaller.
    package static let freeBytes = 1 << 20
    package static let sharedBytes = 64 << 20

    private struct Holder {
        let connection: ObjectIdentifier
        var bytes: Int
        var resume: (() -> Void)?
    }

    /// In the order in which they came to need more.
    private var holders: [Holder] = []
    private var heldBytes = 0
    private let sharedBytes: Int

    /// Whether nobody may go on: what was read already waits for the consumer.
    package var isClosed = false {
        didSet { if !isClosed { letOn() } }
    }

    package init(sharedBytes: Int = ReplyGate.sharedBytes) {
        self.sharedBytes = sharedBytes
    }

    /// Says whether a connection may go on reading.
    ///
    /// - Parameters:
    ///   - connection: Whose reply is under way.
    ///   - bytes: What it holds of it; no more than ``freeBytes`` when the reply is complete.
    ///   - resume: Called once when it may go on, if it may not now.
    /// - Returns: Whether it may.
    package func admits(
        _ connection: ObjectIdentifier,
        holding bytes: Int,
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
            holders.append(Holder(connection: connection, bytes: 0))
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
        letOn()
    }

    private func mayGoOn(_ position: Int) -> Bool {
        !isClosed && (position == 0 || heldBytes <= sharedBytes)
    }

    private func letOn() {
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
