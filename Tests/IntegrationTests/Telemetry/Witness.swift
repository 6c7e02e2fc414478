import ClusterScan
import CoreMetrics
import InMemoryLogging
import InMemoryTracing
import Logging
import MetricsTestKit
import TestCluster
import Tracing

/// Hears everything that a scanner tells.
struct Witness: Sendable {
    let logs = InMemoryLogHandler()
    let metrics = TestMetrics()
    let tracer = InMemoryTracer()

    /// For a scanner that is to tell everything.
    func telemetry(labelsNodes: Bool = false) -> ScannerTelemetry {
        var logger = Logger(label: "test", factory: { [logs] _ in logs })
        logger.logLevel = .trace
        return ScannerTelemetry(
            logger: logger,
            metricsFactory: metrics,
            tracer: tracer,
            labelsNodes: labelsNodes
        )
    }

    func scanner(of cluster: LocalCluster, name: String = "cluster-scan") -> ClusterScanner {
        ClusterScanner(
            seeds: [cluster.nodes[0].nodeAddress],
            connection: ConnectionConfiguration(password: cluster.password, clientName: name),
            telemetry: telemetry()
        )
    }

    // MARK: Metrics

    func total(_ name: String, _ labels: (String, String)...) -> Int {
        Int(metrics.counterTotal(label: "cluster_scan_\(name)", dimensions: labels))
    }

    func level(_ name: String) -> Double? {
        metrics.meters(label: "cluster_scan_\(name)").first?.lastValue
    }

    // MARK: Messages

    func messages(_ text: String, _ level: Logger.Level) -> [InMemoryLogHandler.Entry] {
        logs.entries.filter { "\($0.message)" == text && $0.level == level }
    }

    /// All that was told, in one text.
    var everything: String {
        let logs = logs.entries.map { "\($0.message) \($0.metadata) \($0.error.map { "\($0)" } ?? "")" }
        let spans = tracer.finishedSpans.map { span in
            var attributes: [String] = []
            span.attributes.forEach { attributes.append("\($0)=\($1)") }
            let errors = span.errors.map { "\($0.error)" }
            let status = span.status.map { "\($0)" } ?? ""
            return "\(span.operationName) \(attributes) \(errors) \(span.events) \(status)"
        }
        let metrics = metrics.counters.map { "\($0.label) \($0.dimensions)" }
        return (logs + spans + metrics).joined(separator: "\n")
    }

    // MARK: Spans

    func spans(_ name: String) -> [FinishedInMemorySpan] {
        tracer.finishedSpans.filter { $0.operationName == name }
    }
}

extension FinishedInMemorySpan {
    subscript(attribute: String) -> String? {
        var text: String?
        attributes.forEach { name, value in
            guard name == attribute else { return }
            switch value {
            case .string(let value): text = value
            case .int64(let value): text = "\(value)"
            default: text = "\(value)"
            }
        }
        return text
    }
}

extension LocalCluster {
    /// How often the nodes together have run some commands, by their own count.
    func calls(of commands: [String]) async throws -> [String: Int] {
        var calls: [String: Int] = [:]
        for node in nodes.indices {
            let text = try await command(node, "INFO", "commandstats").text ?? ""
            for line in text.split(separator: "\r\n") {
                for command in commands where line.hasPrefix("cmdstat_\(command):calls=") {
                    let number = line.split(separator: "=")[1].prefix { $0 != "," }
                    calls[command, default: 0] += Int(number) ?? 0
                }
            }
        }
        return calls
    }
}
