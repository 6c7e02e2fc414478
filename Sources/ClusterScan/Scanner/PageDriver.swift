import NIOCore

/// Serves single pages: carries an iteration on from its cursor by one page.
///
/// The cursor is all that a call needs. Where it is the one that the call before returned, as in a loop over
/// pages, the call also goes on with what was known then: the sizes of the slots that are next, for example,
/// which would have to be asked for again.
actor PageDriver {
    nonisolated var unownedExecutor: UnownedSerialExecutor { client.unownedExecutor }

    private nonisolated let client: ClusterClient
    private let clock = ContinuousClock()

    /// What is known at the end of a call for a page.
    private struct Known {
        let call: PageCall
        let query: ScanQuery
        let options: ScanOptions
        let start: ContinuousClock.Instant

        /// How much memory is held for loops over pages that may never go on: 100 KB each in small clusters.
        static let most = 4
    }

    /// Of the latest calls, the oldest first.
    private var known: [Known] = []

    init(_ client: ClusterClient) {
        self.client = client
    }

    /// Reads the page after a cursor.
    func page(after cursor: ScanCursor, of query: ScanQuery, options: ScanOptions) async throws -> ScanPage {
        guard let number = await client.begin() else { throw ClusterScanError.scannerWasShutDown(at: cursor) }
        defer { client.ended(number) }
        var step = try await step(after: cursor, of: query, options: options)
        do {
            while let action = step.call.nextAction() {
                try Task.checkCancellation()
                // What waits for a node to come back would have to wait longer than a service may.
                if case .wake = action, await client.isShutDown {
                    throw ClusterScanError.scannerWasShutDown(at: cursor)
                }
                try await perform(action, in: &step)
            }
            step.telemetry?.endedPage(nil)
        } catch var error as ClusterScanError {
            // A connection that was closed under it is no fault of the node.
            if error.code == .unreachable, await client.isShutDown { error = .scannerWasShutDown(at: cursor) }
            step.telemetry?.endedPage(error)
            throw error
        } catch {
            step.telemetry?.endedPage(error)
            throw error
        }
        keep(Known(call: step.call, query: query, options: options, start: step.start))
        return ScanPage(
            keys: step.call.batch?.keys ?? KeyBatch([]),
            cursor: ScanCursor(step.call.coordinator.progress)
        )
    }

    private func step(
        after cursor: ScanCursor,
        of query: ScanQuery,
        options: ScanOptions
    ) async throws -> PageStep {
        let progress: ScanProgress
        do {
            progress = try cursor.progress(of: query)
        } catch {
            throw ClusterScanError(error)
        }
        let telemetry = RunTelemetry(client.observation, of: query, isPage: true)
        for (index, known) in known.enumerated().reversed()
        where known.query == query && known.options.readsPages(like: options) {
            guard let call = known.call.next(from: progress) else { continue }
            self.known.remove(at: index)
            return PageStep(
                cursor: cursor,
                call: call,
                query: query,
                options: options,
                start: known.start,
                telemetry: telemetry
            )
        }
        let coordinator = ScanCoordinator(
            progress: progress,
            query: query,
            topology: await client.topology,
            policy: options.policyOfPage
        )
        return PageStep(
            cursor: cursor,
            call: PageCall(coordinator),
            query: query,
            options: options,
            start: clock.now,
            telemetry: telemetry
        )
    }

    private func keep(_ latest: Known) {
        known.append(latest)
        if known.count > Known.most { known.removeFirst() }
    }

    // MARK: One step

    /// One call, and what goes with it.
    private struct PageStep {
        /// Where the call began.
        let cursor: ScanCursor
        var call: PageCall
        let query: ScanQuery
        let options: ScanOptions
        let start: ContinuousClock.Instant
        let telemetry: RunTelemetry?

        var now: Duration { start.duration(to: .now) }
    }

    private func perform(_ action: ScanAction, in step: inout PageStep) async throws {
        switch action {
        case .loadTopology:
            do throws(ScanFailure) {
                let loaded = try await client.loadTopology(
                    of: step.call.coordinator.expectedMark,
                    isKept: true
                )
                step.call.coordinator.topologyLoaded(loaded.topology, from: loaded.source, now: step.now)
            } catch {
                step.call.coordinator.topologyFailed(error, now: step.now)
            }
        case .readStatus(let lane, let node, let statusRequest, let fresh):
            do throws(ScanFailure) {
                let status = try await client.pool.status(
                    of: node.address,
                    for: .reading,
                    isKept: true,
                    fresh: fresh
                )
                step.call.coordinator.statusRead(lane, statusRequest: statusRequest, status, now: step.now)
            } catch {
                step.call.coordinator.laneFailed(lane, error, now: step.now)
            }
        case .readPage, .readSlots:
            guard let read = PageRead(action) else { break }
            await perform(read, in: &step)
        case .wake(let moment):
            try await Task.sleep(for: max(moment - step.now, .zero))
            step.call.coordinator.tick(now: step.now)
        case .report(let event):
            step.options.onEvent?(event)
            step.telemetry?.handle(event, in: step.call.coordinator)
        case .finish, .readWork:
            break
        case .fail(var error):
            // Keys that are not handed out are not behind the cursor.
            error.cursor = step.call.batch == nil ? ScanCursor(step.call.coordinator.progress) : step.cursor
            throw error
        }
    }

    private func perform(_ read: PageRead, in step: inout PageStep) async {
        let result = await withCheckedContinuation { continuation in
            read.send(of: step.query, over: client.pool, telemetry: step.telemetry) {
                continuation.resume(returning: $0)
            }
        }
        do throws(ScanFailure) {
            let batch = try read.take(result, by: &step.call.coordinator, now: step.now)
            step.telemetry?.answered(read.lane, with: batch)
            step.call.take(batch, ofSlots: read.readsSlots)
        } catch {
            step.telemetry?.failed(read.lane, error)
        }
    }
}
