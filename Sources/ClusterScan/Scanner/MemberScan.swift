/// The members of one collection, read in pages with `SSCAN`, `HSCAN` or `ZSCAN` from the owner of the
/// key's slot.
///
/// Follows the key when its slot moves. A cursor means something only to the process that gave it, so when
/// another process answers, the collection is read again from its beginning: members are then returned
/// twice, never missed.
struct MemberScan: Sendable {
    /// Which collection, and what of it.
    struct Request: Sendable {
        var verb: String
        var key: [UInt8]
        var pattern: GlobPattern?
        var count: Int
        /// Whether values are left out by the server, where it can.
        var withoutValues = false
    }

    private enum Outcome {
        case page(RESPValue, from: NodeStatus)
        case redirected(Redirection)
        case failed(ScanFailure)
    }

    /// Where to ask. A slot on its way here is asked for with `ASKING`, page after page, until the node
    /// refuses.
    private struct Place: Sendable {
        var address: NodeAddress
        var isAsking = false
    }

    private let request: Request
    private let slot: HashSlot
    private let pages: PageReader
    private var cursor: UInt64 = 0
    /// The process that gave the cursor.
    private var process: RunID?
    /// Where the last page came from.
    private var place: Place?
    private var isFinished = false

    init(_ request: Request, pages: PageReader) {
        self.request = request
        slot = HashSlot(key: request.key)
        self.pages = pages
    }

    /// The next page: members, or members and values by turns. `nil` after the last.
    mutating func nextPage() async throws -> [RESPValue]? {
        guard !isFinished else { return nil }
        let deadline = ContinuousClock.now + RetryPace.patience
        var pace = RetryPace()
        var attempts = 0
        while true {
            try Task.checkCancellation()
            let failure: ScanFailure
            switch await attempt(afterAttempts: attempts) {
            case .page(let page, let status):
                return try finish(page, from: status)
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
                throw ClusterScanError(
                    failure.code,
                    failure.message,
                    at: failure.address,
                    slots: failure.code == .slotsNotCovered ? SlotSet(slot...slot) : SlotSet()
                )
            }
            if place == nil || failure.remedy == .wait || !RetryPace.followsAtOnce(afterAttempts: attempts) {
                try await Task.sleep(for: pace.pause(afterAttempts: attempts))
            }
        }
    }

    private mutating func attempt(afterAttempts attempts: Int) async -> Outcome {
        do throws(ScanFailure) {
            let place = if let place { place } else { try await owner(fresh: attempts > 0) }
            self.place = place
            let status = try await pages.status(of: place.address, fresh: false)
            let command = command(
                // Of another process the cursor means nothing: the collection is read again from its
                // beginning.
                cursor: status.runID == process ? cursor : 0,
                omittingValues: request.withoutValues && status.version.scansHashesWithoutValues
            )
            let replies = try await pages.exchange(
                place.isAsking ? [Command("ASKING"), command] : [command],
                at: place.address,
                with: status.runID
            )
            guard let page = replies.last else {
                throw ScanFailure(.giveUp, .protocolViolation, "the reply is missing", at: place.address)
            }
            guard case .error(let error) = page else { return .page(page, from: status) }
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
            if process == nil, failure.remedy == .rediscover { failure.remedy = .giveUp }
            throw failure
        }
    }

    private mutating func finish(_ page: RESPValue, from status: NodeStatus) throws -> [RESPValue] {
        guard let fields = page.array, fields.count == 2, let next = fields[0].string.flatMap({ UInt64($0) }),
            let elements = fields[1].array
        else {
            throw ClusterScanError(
                .protocolViolation,
                "\(request.verb) answered with something other than a page",
                at: place?.address
            )
        }
        cursor = next
        process = status.runID
        isFinished = next == 0
        guard request.withoutValues, !status.version.scansHashesWithoutValues else { return elements }
        return stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
    }

    private func command(cursor: UInt64, omittingValues: Bool) -> Command {
        var arguments = [Array(request.verb.utf8), request.key, Array(String(cursor).utf8)]
        if let pattern = request.pattern {
            arguments += [Array("MATCH".utf8), pattern.bytes]
        }
        arguments += [Array("COUNT".utf8), Array(String(request.count).utf8)]
        if omittingValues {
            arguments.append(Array("NOVALUES".utf8))
        }
        return Command(arguments)
    }
}
