import CoreMetrics
import Synchronization

/// The metrics of one scanner. `Docs/Observability.md` lists them: names and labels are a promise.
final class ScannerMetrics: Sendable {
    private let factory: any MetricsFactory
    private let labelsNodes: Bool
    private let calls = Mutex<[CallKey: CallMetrics]>([:])
    private let connections = Mutex<[NodeAddress?: ConnectionMetrics]>([:])

    private struct CallKey: Hashable {
        var command: CommandName
        var node: NodeAddress?
    }

    let keys: Counter
    let batches: Counter
    let lanes: Counter
    let laneRestarts: Counter
    let retries: Counter
    let topologyLoads: Counter
    let slotsGivenUp: Counter
    let runningIterations: Meter
    let remainingSlots: Meter
    let iterationDuration: Timer
    private let iterations: [IterationOutcome: Counter]

    /// - Returns: `nil` if nothing counts.
    init?(_ telemetry: ScannerTelemetry) {
        guard !(telemetry.metricsFactory is NOOPMetricsHandler) else { return nil }
        let factory = telemetry.metricsFactory
        func counter(_ name: String) -> Counter { Counter(label: "cluster_scan_\(name)", factory: factory) }
        self.factory = factory
        labelsNodes = telemetry.labelsNodes
        keys = counter("keys_total")
        batches = counter("batches_total")
        lanes = counter("lanes_total")
        laneRestarts = counter("lane_restarts_total")
        retries = counter("retries_total")
        topologyLoads = counter("topology_loads_total")
        slotsGivenUp = counter("slots_given_up_total")
        runningIterations = Meter(label: "cluster_scan_iterations_running", factory: factory)
        remainingSlots = Meter(label: "cluster_scan_slots_remaining", factory: factory)
        iterationDuration = Timer(label: "cluster_scan_iteration_duration_seconds", factory: factory)
        iterations = Dictionary(
            uniqueKeysWithValues: IterationOutcome.allCases.map { outcome in
                let dimensions = [("outcome", outcome.rawValue)]
                return (
                    outcome,
                    Counter(label: "cluster_scan_iterations_total", dimensions: dimensions, factory: factory)
                )
            }
        )
    }

    /// An iteration has ended.
    func ended(_ outcome: IterationOutcome, after elapsed: Duration) {
        iterations[outcome]?.increment()
        iterationDuration.recordNanoseconds(elapsed.nanoseconds)
    }

    /// The metrics of one command. A connection keeps what it gets here.
    func calls(of command: CommandName, at node: NodeAddress) -> CallMetrics {
        let node = labelsNodes ? node : nil
        return calls.withLock { calls in
            let key = CallKey(command: command, node: node)
            if let known = calls[key] { return known }
            let metrics = CallMetrics(command.description, at: node, factory)
            calls[key] = metrics
            return metrics
        }
    }

    /// The metrics of connections.
    func connections(to node: NodeAddress) -> ConnectionMetrics {
        let node = labelsNodes ? node : nil
        return connections.withLock { connections in
            if let known = connections[node] { return known }
            let metrics = ConnectionMetrics(at: node, factory)
            connections[node] = metrics
            return metrics
        }
    }
}

/// How an iteration ended, as metrics and spans tell it.
enum IterationOutcome: String, CaseIterable, Sendable {
    case complete
    /// It ended with slots that were given up, as its options allow.
    case incomplete
    case failed
    case cancelled
    case shutDown = "shut_down"

    init(_ result: Result<ScanReport, any Error>) {
        switch result {
        case .success(let report): self = report.isComplete ? .complete : .incomplete
        case .failure(let error as ClusterScanError): self = error.code == .shutDown ? .shutDown : .failed
        case .failure(is CancellationError): self = .cancelled
        case .failure: self = .failed
        }
    }
}

/// What is counted of the calls of one command.
struct CallMetrics: Sendable {
    let answered: Counter
    let redirected: Counter
    let refused: Counter
    let lost: Counter
    let duration: Timer

    init(_ command: String, at node: NodeAddress?, _ factory: any MetricsFactory) {
        let labels = [("command", command)] + (node.map { [("node", "\($0)")] } ?? [])
        func counter(_ outcome: String) -> Counter {
            Counter(
                label: "cluster_scan_calls_total",
                dimensions: labels + [("outcome", outcome)],
                factory: factory
            )
        }
        answered = counter("ok")
        redirected = counter("redirected")
        refused = counter("error")
        lost = counter("lost")
        duration = Timer(label: "cluster_scan_call_duration_seconds", dimensions: labels, factory: factory)
    }
}

/// What is counted of connections.
struct ConnectionMetrics: Sendable {
    let opened: Counter
    let failed: Counter
    let open: Meter
    let connectDuration: Timer
    let receivedBytes: Counter

    init(at node: NodeAddress?, _ factory: any MetricsFactory) {
        let labels = node.map { [("node", "\($0)")] } ?? []
        func counter(_ name: String) -> Counter {
            Counter(label: "cluster_scan_\(name)", dimensions: labels, factory: factory)
        }
        opened = counter("connections_opened_total")
        failed = counter("connections_failed_total")
        open = Meter(label: "cluster_scan_connections_open", dimensions: labels, factory: factory)
        connectDuration = Timer(
            label: "cluster_scan_connect_duration_seconds",
            dimensions: labels,
            factory: factory
        )
        receivedBytes = counter("received_bytes_total")
    }
}

extension Duration {
    /// Whole nanoseconds; 292 years at most.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + attoseconds / 1_000_000_000
    }
}
