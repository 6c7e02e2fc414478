import CoreMetrics
import Logging
import NIOCore
import Tracing

/// Who listens to a scanner, found out once: what nobody listens to is `nil`, so that it costs a comparison.
struct Observation: Sendable {
    /// Messages; `nil` if they would be dropped.
    let logger: Logger?
    let metrics: ScannerMetrics?
    private let ownTracer: (any Tracer)?

    init(_ telemetry: ScannerTelemetry) {
        logger = telemetry.logger.handler is SwiftLogNoOpLogHandler ? nil : telemetry.logger
        metrics = ScannerMetrics(telemetry)
        ownTracer = telemetry.tracer
    }

    /// The tracer as of now; `nil` if its spans would be dropped.
    var tracer: (any Tracer)? {
        let tracer = ownTracer ?? InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }
}

// MARK: Connections

extension Observation {
    /// A connection was opened: its calls are counted from now on. Only on its event loop.
    func opened(_ connection: NodeConnection, in time: TimeAmount) {
        logger?.debug(
            "connection opened",
            metadata: [
                "cluster_scan_address": "\(connection.address)",
                "cluster_scan_duration": "\(Duration.nanoseconds(time.nanoseconds))",
            ]
        )
        guard let metrics else { return }
        metrics.connections(to: connection.address).connectDuration.recordNanoseconds(time.nanoseconds)
        connection.observe(CallRecorder(metrics, at: connection.address))
    }

    /// A connection could not be opened.
    func connectionFailed(_ error: ConnectionError) {
        metrics?.connections(to: error.address).failed.increment()
        logger?.debug(
            "connection failed",
            metadata: [
                "cluster_scan_address": "\(error.address)",
                "cluster_scan_reason": "\(ReportedFailure.withoutArguments(error.message))",
            ]
        )
    }
}
