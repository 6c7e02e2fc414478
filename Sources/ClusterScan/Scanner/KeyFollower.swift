/// Asks the process that serves a key, one command after another, and goes after the key when its slot moves
/// or its primary fails over.
struct KeyFollower: Sendable {
    private enum Outcome {
        case reply(RESPValue, from: NodeStatus)
        case redirected(Redirection)
        case failed(ScanFailure)
    }

    /// Where to ask. A slot on its way here is asked for with `ASKING`, command after command, until the node
    /// refuses.
    private struct Place: Sendable {
        var address: NodeAddress
        var isAsking = false
    }

    private let slot: HashSlot
    private let pages: PageReader
    private let patience: Duration
    /// Where the last reply came from.
    private var place: Place?
    private var wasAnswered = false

    init(_ key: [UInt8], pages: PageReader, patience: Duration = RetryPace.patience) {
        slot = HashSlot(key: key)
        self.pages = pages
        self.patience = patience
    }

    /// Where the last reply came from.
    var address: NodeAddress? { place?.address }

    /// Sends one command, again and again until somebody answers it.
    ///
    /// - Parameter makeCommand: Makes the command for the process that is about to be asked.
    /// - Returns: The reply, which is no error, and who gave it.
    /// - Throws: ``ClusterScanError`` if it is refused or patience ends, or `CancellationError`.
    mutating func ask(
        _ makeCommand: (NodeStatus) -> Command
    ) async throws -> (reply: RESPValue, status: NodeStatus) {
        let deadline = ContinuousClock.now + patience
        var pace = RetryPace()
        var attempts = 0
        while true {
            try Task.checkCancellation()
            let failure: ScanFailure
            switch await attempt(makeCommand, afterAttempts: attempts) {
            case .reply(let reply, let status):
                wasAnswered = true
                return (reply, status)
            case .redirected(let redirection):
                failure = ScanFailure(
                    .rediscover,
                    .unreachable,
                    "the slot of the key keeps moving",
                    at: place?.address
                )
                place = Place(address: redirection.address, isAsking: redirection.kind == .ask)
            case .failed(let cause):
                if cause.remedy != .wait { place = nil }
                failure = cause
            }
            attempts += 1
            guard failure.remedy != .giveUp, ContinuousClock.now < deadline else {
                var error = ClusterScanError(failure)
                if failure.code == .slotsNotCovered { error.slots = SlotSet(slot...slot) }
                throw error
            }
            if place == nil || failure.remedy == .wait || !RetryPace.followsAtOnce(afterAttempts: attempts) {
                try await Task.sleep(for: pace.pause(afterAttempts: attempts))
            }
        }
    }

    private mutating func attempt(
        _ makeCommand: (NodeStatus) -> Command,
        afterAttempts attempts: Int
    ) async -> Outcome {
        do throws(ScanFailure) {
            let place = if let place { place } else { try await owner(fresh: attempts > 0) }
            self.place = place
            let status = try await pages.status(of: place.address, fresh: false)
            let command = makeCommand(status)
            let replies = try await pages.exchange(
                place.isAsking ? [Command("ASKING"), command] : [command],
                at: place.address,
                with: status.runID
            )
            guard let reply = replies.last else {
                throw ScanFailure(.giveUp, .protocolViolation, "the reply is missing", at: place.address)
            }
            guard case .error(let error) = reply else { return .reply(reply, from: status) }
            if let redirection = Redirection(error, askedAt: place.address) {
                return .redirected(redirection)
            }
            throw ScanFailure(error, at: place.address)
        } catch {
            return .failed(error)
        }
    }

    private func owner(fresh: Bool) async throws(ScanFailure) -> Place {
        do throws(ScanFailure) {
            guard let shard = try await pages.currentTopology(fresh: fresh).shard(serving: slot) else {
                throw ScanFailure(
                    .rediscover,
                    .slotsNotCovered,
                    "no node serves slot \(slot), to which the key belongs"
                )
            }
            return Place(address: shard.primary.address)
        } catch {
            var failure = error
            // Before anything is under way the user is better served by an answer than by patience.
            if !wasAnswered, failure.remedy == .rediscover { failure.remedy = .giveUp }
            throw failure
        }
    }
}
