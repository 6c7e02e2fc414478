import Tracing

/// The spans of one iteration: one for the whole, one below for each lane, below that one for each request. A
/// call for a page has no lanes. Names of attributes are those of OpenTelemetry's conventions for databases.
final class RunSpans {
    private struct LaneSpan {
        let node: ClusterNode
        let span: any Span
        var request: (any Span)?
        /// Why it had to be given up.
        var restart: String?
    }

    private let tracer: any Tracer
    private let database: Int
    private let isPage: Bool
    private let whole: any Span
    private var lanes: [LaneID: LaneSpan] = [:]

    /// Begins, below the span that the caller's task has.
    init(_ tracer: any Tracer, of query: ScanQuery, isPage: Bool) {
        self.tracer = tracer
        self.isPage = isPage
        database = query.database
        whole = tracer.startSpan(isPage ? "ClusterScan.page" : "ClusterScan.iteration")
        whole.updateAttributes { attributes in
            attributes["db.system.name"] = "redis"
            attributes["db.namespace"] = String(query.database)
            attributes["cluster_scan.wanted_slots"] = query.slots.count
        }
    }

    func ended(_ outcome: IterationOutcome, _ result: Result<ScanReport, any Error>, _ report: ScanReport) {
        keepLanes { _ in false }
        whole.updateAttributes { attributes in
            attributes["cluster_scan.outcome"] = outcome.rawValue
            attributes["cluster_scan.keys"] = Int(clamping: report.keys)
            attributes["cluster_scan.restarts"] = report.restarts
            attributes["cluster_scan.retries"] = report.retries
            attributes["cluster_scan.uncovered_slots"] = report.uncovered.count
        }
        // What was cancelled has not failed.
        if outcome == .failed, case .failure(let error) = result { Self.record(error, in: whole) }
        if outcome == .incomplete {
            whole.setStatus(SpanStatus(code: .error, message: "slots were given up"))
        }
        whole.end()
    }

    func endedPage(_ error: (any Error)?) {
        keepLanes { _ in false }
        if let error, !(error is CancellationError) { Self.record(error, in: whole) }
        whole.end()
    }

    // MARK: Lanes

    private func span(of id: LaneID, _ node: ClusterNode) -> any Span {
        if let lane = lanes[id] { return lane.span }
        guard !isPage else {
            lanes[id] = LaneSpan(node: node, span: whole)
            return whole
        }
        let span = tracer.startSpan("ClusterScan.lane", context: whole.context)
        span.updateAttributes { describe(node, in: &$0) }
        lanes[id] = LaneSpan(node: node, span: span)
        return span
    }

    /// Ends those that are over; those of one node perhaps because they start over.
    func keepLanes(where isOpen: (LaneID) -> Bool, restarted: (node: ClusterNode, reason: String)? = nil) {
        for (id, lane) in lanes where !isOpen(id) {
            if let restarted, lane.node.id == restarted.node.id { lanes[id]?.restart = restarted.reason }
            ended(id)
        }
    }

    func ended(_ id: LaneID) {
        guard let lane = lanes.removeValue(forKey: id) else { return }
        lane.request?.end()
        guard !isPage else { return }
        if let reason = lane.restart {
            lane.span.setStatus(SpanStatus(code: .error, message: "restarted: \(reason)"))
        }
        lane.span.end()
    }

    // MARK: Requests

    func asked(_ id: LaneID, _ node: ClusterNode, _ operation: CommandName, batchSize: Int) {
        let parent = span(of: id, node)
        let name = operation.description
        let request = tracer.startSpan(name, context: parent.context, ofKind: .client)
        request.updateAttributes { attributes in
            describe(node, in: &attributes)
            attributes["db.operation.name"] = name
            if batchSize > 1 { attributes["db.operation.batch.size"] = batchSize }
        }
        lanes[id]?.request = request
    }

    func answered(_ id: LaneID, keys: Int?, _ error: (any Error)?) {
        guard let request = lanes[id]?.request else { return }
        lanes[id]?.request = nil
        if let keys { request.attributes["db.response.returned_rows"] = keys }
        if let error { Self.record(error, in: request) }
        request.end()
    }

    private func describe(_ node: ClusterNode, in attributes: inout SpanAttributes) {
        attributes["db.system.name"] = "redis"
        attributes["db.namespace"] = String(database)
        attributes["server.address"] = node.address.host
        attributes["server.port"] = node.address.port
        attributes["cluster_scan.node_id"] = "\(node.id)"
    }

    static func record(_ error: any Error, in span: any Span) {
        let failure = ReportedFailure(error)
        span.attributes["error.type"] = failure.code
        span.recordError(failure)
        span.setStatus(SpanStatus(code: .error, message: failure.description))
    }
}
