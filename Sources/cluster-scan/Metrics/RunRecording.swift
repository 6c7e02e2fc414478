import ArgumentParser
package import ClusterScan
import Synchronization

/// Keeps the metrics of a run in a file while it lasts, and leaves a report behind when it ends.
package final class RunRecording: Sendable {
    /// What was asked for.
    package struct Plan: Sendable {
        package var metricsFile: String?
        package var interval: Duration
        package var labels: [(String, String)]
        package var report: String?

        package init(
            metricsFile: String? = nil,
            interval: Duration = .seconds(10),
            labels: [(String, String)] = [],
            report: String? = nil
        ) {
            self.metricsFile = metricsFile
            self.interval = interval
            self.labels = labels
            self.report = report
        }
    }

    private struct State {
        var cursor: ScanCursor?
        var uncovered = SlotSet()
        var hasWarned = false
        var updates: Task<Void, Never>?
    }

    private let plan: Plan
    private let command: String
    private let version: String
    private let log: LogSettings
    private let metrics = MetricsRegistry()
    private let start = ContinuousClock.now
    private let startTime: Double
    private let lastSuccess: Double?
    private let state = Mutex(State())

    /// Begins to record, and writes the files once: fails now rather than after hours, if it must.
    ///
    /// - Returns: `nil` if nothing was asked for.
    /// - Throws: ``CommandFailure`` if a file cannot be written.
    package init?(_ plan: Plan, of command: String, version: String, log: LogSettings = LogSettings()) throws
    {
        guard plan.metricsFile != nil || plan.report != nil else { return nil }
        self.plan = plan
        self.command = command
        self.version = version
        self.log = log
        startTime = Double(SystemTime.millisecondsSince1970) / 1000
        // The last success outlives runs that fail.
        lastSuccess = plan.metricsFile.flatMap { path in
            (try? FileSystem.text(of: path, atMost: 64 << 20))?
                .flatMap { MetricsText.value(of: Self.successMetric, in: $0) }
        }
        try Self.trying("--metrics-file") { () throws(SystemError) in try writeMetrics(status: nil) }
        guard let report = plan.report, report != "-" else { return }
        try Self.trying("--report") { () throws(SystemError) in
            try FileSystem.replace(report, with: reportText(status: nil, message: nil))
        }
    }

    private static func trying(_ option: String, _ body: () throws(SystemError) -> Void) throws {
        do throws(SystemError) {
            try body()
        } catch {
            throw CommandFailure(.outputFailed, "\(option): \(error)")
        }
    }

    private static let successMetric = "cluster_scan_last_success_timestamp_seconds"

    /// What scanners are to tell, and to whom.
    package var telemetry: ScannerTelemetry {
        ScannerTelemetry(metricsFactory: metrics, labelsNodes: plan.report != nil)
    }

    /// Where one can go on from, if there is anything left, and which slots are missing.
    package func note(cursor: ScanCursor?, uncovered: SlotSet) {
        state.withLock { state in
            state.cursor = cursor
            state.uncovered = uncovered
        }
    }

    /// Begins to bring the file up to date again and again, until the run ends.
    package func keepUpToDate() {
        guard plan.metricsFile != nil else { return }
        let updates = Task {
            while (try? await Task.sleep(for: plan.interval)) != nil {
                do throws(SystemError) {
                    try writeMetrics(status: nil)
                } catch {
                    warn(error)
                }
            }
        }
        state.withLock { $0.updates = updates }
    }

    /// Writes how the run ended.
    package func end(_ status: ExitStatus, message: String?) async {
        let updates = state.withLock { $0.updates }
        updates?.cancel()
        await updates?.value
        do throws(SystemError) {
            try writeMetrics(status: status)
        } catch {
            warn(error)
        }
        guard let path = plan.report else { return }
        let text = reportText(status: status, message: message)
        do throws(SystemError) {
            if path == "-" {
                try FileDescriptor.standardError.writeAll(text)
            } else {
                try FileSystem.replace(path, with: text)
            }
        } catch {
            warn(error)
        }
    }

    /// Says once that a file cannot be written; what was asked for is done all the same.
    private func warn(_ error: SystemError) {
        let isFirst = state.withLock { state in
            defer { state.hasWarned = true }
            return !state.hasWarned
        }
        guard isFirst else { return }
        // Not through a console, which would have to be waited for: this may be the last that is said.
        Console.sayAtOnce(error.description, level: .warning, log)
    }

    // MARK: Texts

    private func writeMetrics(status: ExitStatus?) throws(SystemError) {
        guard let path = plan.metricsFile else { return }
        try FileSystem.replace(path, with: metricsText(status: status))
    }

    private func metricsText(status: ExitStatus?) -> String {
        var text = MetricsText(common: MetricLabels([("subcommand", command)] + plan.labels))
        text.add("cluster_scan_info", 1, [("version", version)])
        text.add("cluster_scan_start_timestamp_seconds", startTime)
        text.add("cluster_scan_run_duration_seconds", elapsed)
        text.add("cluster_scan_running", status == nil ? 1 : 0)
        text.add("cluster_scan_complete", status == .complete ? 1 : 0)
        if let status { text.add("cluster_scan_exit_status", Double(status.rawValue)) }
        if let moment = status == .complete ? startTime + elapsed : lastSuccess {
            text.add(Self.successMetric, moment)
        }
        for (name, series) in metrics.snapshot(summingOver: "node") { text.add(name, series) }
        return text.text
    }

    private static func word(for status: ExitStatus?) -> String {
        switch status {
        case nil: "running"
        case .complete: "complete"
        case .interrupted, .terminated, .pipeClosed: "stopped"
        default: "failed"
        }
    }

    private var elapsed: Double { (start.duration(to: .now) / .milliseconds(1)).rounded() / 1000 }

    private func reportText(status: ExitStatus?, message: String?) -> String {
        let (cursor, uncovered) = state.withLock { ($0.cursor, $0.uncovered) }
        func total(_ name: String) -> JSONText {
            .number(Int(clamping: metrics.total("cluster_scan_\(name)_total")))
        }
        let nodes = metrics.values(of: "node", in: "cluster_scan_connections_opened_total").map { node in
            let calls = metrics.total("cluster_scan_calls_total", ("node", node))
            let bytes = metrics.total("cluster_scan_received_bytes_total", ("node", node))
            return JSONText.object([
                ("node", .string(node)), ("calls", .number(Int(clamping: calls))),
                ("received_bytes", .number(Int(clamping: bytes))),
            ])
        }
        let calls = metrics.values(of: "command", in: "cluster_scan_calls_total").map { command in
            let count = metrics.total("cluster_scan_calls_total", ("command", command))
            return (command, JSONText.number(Int(clamping: count)))
        }
        return JSONText.object([
            ("command", .string(command)),
            ("status", .string(Self.word(for: status))),
            ("exit_status", JSONText(status.map { Int($0.rawValue) })),
            ("complete", .bool(status == .complete)),
            ("message", JSONText(message)),
            ("start_time", .number(Int(startTime))),
            ("milliseconds", .number(Int(elapsed * 1000))),
            ("keys", total("keys")),
            ("batches", total("batches")),
            ("received_bytes", total("received_bytes")),
            ("restarts", total("lane_restarts")),
            ("retries", total("retries")),
            ("uncovered", .string(uncovered.description)),
            ("cursor", JSONText(cursor.flatMap { $0.inspection == nil ? nil : $0.description })),
            ("calls", .object(calls)),
            ("nodes", .array(nodes)),
        ]).line + "\n"
    }
}
