import CoreMetrics
import Logging
import Synchronization
import Tracing

/// Reports what one iteration, or one call for a page, does. Exists only where it is listened to, and belongs
/// to the actor that reads.
final class RunTelemetry {
    private let logger: Logger?
    private let metrics: ScannerMetrics?
    private let spans: RunSpans?
    private var remaining = 0
    /// Nodes that failed since they were last read: reported once, however often they are tried again.
    private var unreachable: Set<NodeAddress?> = []

    private static let lastNumber = Atomic<Int>(0)

    /// - Returns: `nil` if there is no listener.
    init?(_ observation: Observation, of query: ScanQuery, isPage: Bool = false) {
        let tracer = observation.tracer
        guard observation.logger != nil || observation.metrics != nil || tracer != nil else { return nil }
        var logger = observation.logger
        if !isPage {
            let number = Self.lastNumber.add(1, ordering: .relaxed).newValue
            logger?[metadataKey: "cluster_scan_iteration"] = "\(number)"
        }
        self.logger = logger
        metrics = observation.metrics
        spans = tracer.map { RunSpans($0, of: query, isPage: isPage) }
    }

    // MARK: Beginning and end

    /// An iteration begins with so many slots to cover.
    func began(remainingSlots: Int) {
        metrics?.runningIterations.increment()
        note(remainingSlots: remainingSlots)
        logger?.debug("iteration begun", metadata: ["cluster_scan_slot_count": "\(remainingSlots)"])
    }

    /// An iteration has ended.
    func ended(_ result: Result<ScanReport, any Error>, _ report: ScanReport) {
        let outcome = IterationOutcome(result)
        note(remainingSlots: 0)
        metrics?.runningIterations.decrement()
        metrics?.ended(outcome, after: report.elapsed)
        spans?.ended(outcome, result, report)
        var metadata: Logger.Metadata = [
            "cluster_scan_outcome": "\(outcome.rawValue)", "cluster_scan_key_count": "\(report.keys)",
            "cluster_scan_duration": "\(report.elapsed)",
        ]
        if !report.isComplete { metadata.merge(Self.describing(report.uncovered)) { $1 } }
        if case .failure(let error) = result {
            let failure = ReportedFailure(error)
            metadata["cluster_scan_error_code"] = "\(failure.code)"
            metadata["cluster_scan_reason"] = "\(failure)"
        }
        switch outcome {
        case .incomplete: logger?.warning("iteration ended without all slots", metadata: metadata)
        case .failed: logger?.warning("iteration failed", metadata: metadata)
        default: logger?.debug("iteration ended", metadata: metadata)
        }
    }

    /// A call for a page has ended.
    func endedPage(_ error: (any Error)?) {
        spans?.endedPage(error)
    }

    // MARK: On the way

    /// A page is asked for.
    func asked(_ lane: LaneID, _ node: ClusterNode, _ operation: CommandName, batchSize: Int) {
        spans?.asked(lane, node, operation, batchSize: batchSize)
    }

    /// A burst of snapshots is asked for, or of sizes alone.
    func asked(_ lane: LaneID, _ node: ClusterNode, _ reads: SlotBurst) {
        let operation: CommandName =
            reads.snapshots.isEmpty ? "CLUSTER COUNTKEYSINSLOT" : "CLUSTER GETKEYSINSLOT"
        asked(lane, node, operation, batchSize: reads.snapshots.count + reads.counts.count)
    }

    /// What was asked for is there.
    func answered(_ lane: LaneID, with batch: ScanBatch?) {
        if let batch {
            metrics?.keys.increment(by: batch.keys.count)
            metrics?.batches.increment()
        }
        spans?.answered(lane, keys: batch?.keys.count ?? 0, nil)
    }

    /// What was asked for did not come.
    func failed(_ lane: LaneID, _ failure: ScanFailure) {
        spans?.answered(lane, keys: nil, ClusterScanError(failure))
    }

    private func note(remainingSlots: Int) {
        guard remainingSlots != remaining else { return }
        // Backends drop amounts below zero.
        if remainingSlots > remaining {
            metrics?.remainingSlots.increment(by: Double(remainingSlots - remaining))
        } else {
            metrics?.remainingSlots.decrement(by: Double(remaining - remainingSlots))
        }
        remaining = remainingSlots
    }

    /// The coordinator reports an event.
    func handle(_ event: ScanEvent, in coordinator: ScanCoordinator) {
        func endSpans(restarted: (node: ClusterNode, reason: String)? = nil) {
            spans?.keepLanes(where: { coordinator.progress.lanes[$0] != nil }, restarted: restarted)
            note(remainingSlots: coordinator.remaining.count)
        }
        switch event {
        case .laneStarted(let node, let slots, let strategy):
            metrics?.lanes.increment()
            unreachable.remove(node.address)
            logger?.debug(
                "lane begun",
                metadata: Self.describing(node, slots, ["strategy": strategy.rawValue])
            )
        case .laneEnded(let node, let covered, let lost):
            unreachable.remove(node.address)
            if !lost.isEmpty {
                // As in the report: what has to be read again was in vain.
                metrics?.laneRestarts.increment()
                endSpans(restarted: (node, "slots moved while they were read"))
                logger?.notice("slots have to be read again", metadata: Self.describing(node, lost))
            }
            endSpans()
            logger?.debug("lane ended", metadata: Self.describing(node, covered))
        case .laneRestarted(let node, let slots, let reason):
            let reason = ReportedFailure.withoutArguments(reason)
            metrics?.laneRestarts.increment()
            endSpans(restarted: (node, reason))
            logger?.notice("lane restarted", metadata: Self.describing(node, slots, ["reason": reason]))
        case .topologyLoaded(let shards, let served):
            metrics?.topologyLoads.increment()
            logger?.debug(
                "topology loaded",
                metadata: [
                    "cluster_scan_shard_count": "\(shards)", "cluster_scan_slot_count": "\(served.count)",
                ]
            )
        case .retrying(let address, let reason, let pause):
            metrics?.retries.increment()
            var metadata: Logger.Metadata = [
                "cluster_scan_reason": "\(ReportedFailure.withoutArguments(reason))",
                "cluster_scan_pause": "\(pause)",
            ]
            metadata["cluster_scan_address"] = address.map { "\($0)" }
            let isNew = unreachable.insert(address).inserted
            logger?.log(level: isNew ? .notice : .debug, "node does not answer", metadata: metadata)
        case .announcedAddressesUnreachable(let addresses):
            let listed = addresses.prefix(8).map { Logger.MetadataValue.string("\($0)") }
            logger?.warning(
                "announced addresses cannot be reached",
                metadata: ["cluster_scan_addresses": .array(listed)]
            )
        case .paceChanged(let node, let count, let isShared):
            logger?.trace(
                "pace changed",
                metadata: Self.describing(node, nil, ["count": "\(count)", "is_shared": "\(isShared)"])
            )
        case .keysLeftOver(let keys):
            logger?.warning(
                "keys of slots that their nodes do not serve",
                metadata: [
                    "cluster_scan_slot_count": "\(keys.count)",
                    "cluster_scan_key_count": "\(keys.values.reduce(0, +))",
                ]
            )
        case .lookAlike(let address, let version):
            logger?.warning(
                "neither Redis nor Valkey",
                metadata: ["cluster_scan_address": "\(address)", "cluster_scan_version": "\(version)"]
            )
        case .slotsGivenUp(let slots, let reason):
            metrics?.slotsGivenUp.increment(by: slots.count)
            endSpans()
            var metadata = Self.describing(slots)
            metadata["cluster_scan_reason"] = "\(ReportedFailure.withoutArguments(reason))"
            logger?.warning("slots given up", metadata: metadata)
        }
    }

    // MARK: Metadata

    private static func describing(
        _ node: ClusterNode,
        _ slots: SlotSet?,
        _ more: KeyValuePairs<String, String> = [:]
    ) -> Logger.Metadata {
        var metadata = slots.map(describing) ?? [:]
        metadata["cluster_scan_node_id"] = "\(node.id)"
        metadata["cluster_scan_address"] = "\(node.address)"
        for (key, value) in more { metadata["cluster_scan_\(key)"] = "\(value)" }
        return metadata
    }

    private static func describing(_ slots: SlotSet) -> Logger.Metadata {
        // Thousands of single slots would take a page.
        let text = slots.description
        return [
            "cluster_scan_slot_count": "\(slots.count)",
            "cluster_scan_slots": "\(text.count > 200 ? text.prefix(200) + "…" : text[...])",
        ]
    }
}
