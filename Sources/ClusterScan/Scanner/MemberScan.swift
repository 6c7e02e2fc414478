/// The members of one collection, read in pages with `SSCAN`, `HSCAN` or `ZSCAN` from the owner of the key's slot.
///
/// Follows the key when its slot moves. A cursor means something only to the process that gave it, so when another
/// process answers, the collection is read again from its beginning: members are then returned twice, never missed.
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
        case page(RESPValue)
        case redirected(Redirection)
        case failed(ScanFailure)
    }

    private let request: Request
    private let pages: PageReader
    private var cursor: UInt64 = 0
    private var process: (address: NodeAddress, run: RunID, version: ServerVersion)?
    private var isFinished = false

    /// How long a key may stay out of reach.
    private static let patience = Duration.seconds(60)

    init(_ request: Request, pages: PageReader) {
        self.request = request
        self.pages = pages
    }

    /// The next page: members, or members and values by turns. `nil` after the last.
    mutating func nextPage() async throws -> [RESPValue]? {
        guard !isFinished else { return nil }
        let deadline = ContinuousClock.now + Self.patience
        var backoff = Backoff(shortest: .milliseconds(50), longest: .seconds(2), seed: .random(in: .min ... .max))
        var attempts = 0
        var address: NodeAddress?
        var asking = false
        while true {
            try Task.checkCancellation()
            let target = if let address { address } else { try await owner(fresh: attempts > 0) }
            let failure: ScanFailure
            switch await attempt(at: target, asking: asking) {
            case .page(let page):
                return try finish(page, at: target)
            case .redirected(let redirection):
                (address, asking) = (redirection.address, redirection.kind == .ask)
                failure = ScanFailure(.rediscover, .unreachable, "the slot of the key keeps moving", at: target)
            case .failed(let cause):
                (address, asking) = (cause.remedy == .wait ? target : nil, false)
                failure = cause
            }
            attempts += 1
            guard failure.remedy != .giveUp, ContinuousClock.now < deadline else { throw ClusterScanError(failure) }
            // The first redirections are the cluster's normal way of answering.
            if address == nil || attempts > 3 {
                try await Task.sleep(for: backoff.pause(afterFailures: attempts))
            }
        }
    }

    private func owner(fresh: Bool) async throws -> NodeAddress {
        if !fresh, let process { return process.address }
        let slot = HashSlot(key: request.key)
        guard let shard = try await pages.topology(fresh: fresh).shard(serving: slot) else {
            throw ClusterScanError(
                .slotsNotCovered,
                "no node serves slot \(slot), to which the key belongs",
                slots: SlotSet(slot...slot)
            )
        }
        return shard.primary.address
    }

    private mutating func attempt(at address: NodeAddress, asking: Bool) async -> Outcome {
        do throws(ScanFailure) {
            let status = try await pages.status(of: address, fresh: false)
            if let process, process.run != status.runID {
                cursor = 0
            }
            process = (address, status.runID, status.version)
            let command = command(omittingValues: request.withoutValues && status.version.scansHashesWithoutValues)
            let replies = try await pages.exchange(
                asking ? [Command("ASKING"), command] : [command],
                at: address,
                with: status.runID
            )
            guard let page = replies.last else {
                throw ScanFailure(.giveUp, .protocolViolation, "the reply is missing", at: address)
            }
            guard case .error(let error) = page else { return .page(page) }
            if let redirection = Redirection(error, askedAt: address) { return .redirected(redirection) }
            throw ScanFailure(error, at: address)
        } catch {
            return .failed(error)
        }
    }

    private mutating func finish(_ page: RESPValue, at address: NodeAddress) throws -> [RESPValue] {
        guard let fields = page.array, fields.count == 2, let next = fields[0].string.flatMap({ UInt64($0) }),
            let elements = fields[1].array
        else {
            throw ClusterScanError(
                .protocolViolation,
                "\(request.verb) answered with something other than a page",
                at: address
            )
        }
        cursor = next
        isFinished = next == 0
        guard request.withoutValues, let version = process?.version, !version.scansHashesWithoutValues else {
            return elements
        }
        return stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
    }

    private func command(omittingValues: Bool) -> Command {
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
