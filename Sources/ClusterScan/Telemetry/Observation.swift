import CoreMetrics
import Logging
import Tracing

/// What listens to a scanner, found out once: what is not listened to is `nil`, so that it costs a
/// comparison.
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
