/// One read of keys, by `SCAN` or by snapshots of slots: how a node is asked, and what its reply means.
///
/// The one way from a reply to a batch: what is not as asked for is refused here, and the coordinator
/// filters.
struct PageRead {
    private enum Request {
        case page(cursor: UInt64, count: Int)
        case slots(SlotBurst)
    }

    let lane: LaneID
    let node: ClusterNode
    private let request: Request

    /// - Returns: `nil` for an action that reads no keys.
    init?(_ action: ScanAction) {
        switch action {
        case .readPage(let lane, let node, let cursor, let count):
            self.lane = lane
            self.node = node
            request = .page(cursor: cursor, count: count)
        case .readSlots(let lane, let node, let reads):
            self.lane = lane
            self.node = node
            request = .slots(reads)
        default:
            return nil
        }
    }

    /// Whether slots are read, rather than the whole node.
    var readsSlots: Bool {
        if case .slots = request { true } else { false }
    }

    /// Asks the node, over the connection over which its status was read. Only on the event loop.
    ///
    /// - Parameters:
    ///   - query: What the iteration looks for.
    ///   - pool: Has the connection.
    ///   - hold: Whether the caller has enough for a while; `nil` if it always wants the reply.
    ///   - telemetry: Records that the node was asked.
    ///   - completion: Called once, with the reply for ``take(_:by:now:)``; at once if the connection is
    ///     lost.
    func send(
        of query: ScanQuery,
        over pool: ConnectionPool,
        hold: ReadHold? = nil,
        telemetry: RunTelemetry?,
        completion: @escaping (Result<FlatReply, ConnectionError>) -> Void
    ) {
        guard let connection = pool.openConnection(to: node.address, for: .reading) else {
            let message = "the connection was lost"
            return completion(.failure(ConnectionError(.closed, address: node.address, message: message)))
        }
        switch request {
        case .page(let cursor, let count):
            telemetry?.asked(lane, node, "SCAN", batchSize: 1)
            let command = Command(page: cursor, count: count, of: query)
            connection.send(command, hold: hold, completion: completion)
        case .slots(let reads):
            telemetry?.asked(lane, node, reads)
            connection.send(joining: Pipeline(reads), hold: hold, completion: completion)
        }
    }

    /// Hands the reply to the coordinator.
    ///
    /// - Returns: The keys of it that the iteration returns.
    /// - Throws: ``ScanFailure`` if there is no reply, or not the one that was asked for. The coordinator
    ///   knows of it then.
    func take(
        _ result: Result<FlatReply, ConnectionError>,
        by coordinator: inout ScanCoordinator,
        now: Duration
    ) throws(ScanFailure) -> ScanBatch? {
        let failure: ScanFailure
        switch result {
        case .success(let reply):
            do throws(ReplyError) {
                switch request {
                case .page:
                    let page = try reply.scanPage()
                    return coordinator.pageRead(lane, next: page.cursor, keys: page.keys, now: now)
                case .slots(let reads):
                    return coordinator.slotsRead(lane, try reply.slotBurstReply(reads), now: now)
                }
            } catch {
                failure = ScanFailure(error, at: node.address)
            }
        case .failure(let error):
            failure = ScanFailure(error)
        }
        coordinator.laneFailed(lane, failure, now: now)
        throw failure
    }
}
