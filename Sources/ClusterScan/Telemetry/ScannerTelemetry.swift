public import CoreMetrics
public import Logging
public import Tracing

/// Where a scanner reports what it does: messages, numbers and spans. Nowhere by default, which costs
/// nothing.
///
/// ```swift
/// let scanner = ClusterScanner(seeds: seeds, telemetry: ScannerTelemetry(logger: Logger(label: "export")))
/// ```
///
/// Neither names of keys nor passwords are ever reported. `Docs/Observability.md` lists messages, metrics and
/// spans.
public struct ScannerTelemetry: Sendable {
    /// Gets messages: routine at `debug` and `trace`, what an operator should see at `notice` and `warning`.
    public var logger: Logger
    /// Makes the metrics. Their handles are made once, with the scanner and when a command is first sent.
    public var metricsFactory: any MetricsFactory
    /// Makes the spans; `nil` for the tracer that `InstrumentationSystem` has when an iteration begins.
    public var tracer: (any Tracer)?
    /// Whether metrics of calls and connections say which node they concern, in the label `node`.
    public var labelsNodes: Bool

    /// Chooses where to tell.
    ///
    /// - Parameters:
    ///   - logger: Gets messages; one that drops them all by default.
    ///   - metricsFactory: Makes the metrics; those of `MetricsSystem` by default, which does nothing unless
    ///     it was bootstrapped before.
    ///   - tracer: Makes the spans; `nil` for the tracer that `InstrumentationSystem` has when an iteration
    ///     begins, which does nothing unless it was bootstrapped.
    ///   - labelsNodes: Whether metrics of calls and connections say which node they concern: as many time
    ///     series more as there are nodes.
    public init(
        logger: Logger = Logger(label: "cluster-scan", factory: { _ in SwiftLogNoOpLogHandler() }),
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        tracer: (any Tracer)? = nil,
        labelsNodes: Bool = false
    ) {
        self.logger = logger
        self.metricsFactory = metricsFactory
        self.tracer = tracer
        self.labelsNodes = labelsNodes
    }
}
