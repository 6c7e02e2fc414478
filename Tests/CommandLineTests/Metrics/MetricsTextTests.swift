import ArgumentParser
import ClusterScan
import CoreMetrics
import Testing
import cluster_scan

@Suite("Metrics files")
struct MetricsTextTests {
    private static func lines(_ name: String, in text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) }
    }

    private static func file(
        _ folder: TemporaryFolder,
        labels: [(String, String)] = [],
        _ status: cluster_scan.ExitStatus?,
        _ count: (any MetricsFactory) -> Void = { _ in }
    ) async throws -> String {
        let path = folder.file("m.prom")
        let recording = try #require(
            try RunRecording(
                RunRecording.Plan(metricsFile: path, labels: labels),
                of: "dump",
                version: "0.1.0"
            )
        )
        count(recording.telemetry.metricsFactory)
        if let status { await recording.end(status, message: nil) }
        return try #require(try FileSystem.text(of: path, atMost: 1 << 20))
    }

    @Test("counters, levels and durations have the form that Prometheus reads")
    func form() async throws {
        let folder = try TemporaryFolder()
        let text = try await Self.file(folder, labels: [("cluster", "a\"b\\c\nd")], .complete) { factory in
            Counter(label: "x_total", dimensions: [("command", "SCAN")], factory: factory).increment(by: 3)
            Counter(label: "x_total", dimensions: [("command", "SCAN")], factory: factory).increment(by: 4)
            Meter(label: "open", factory: factory).increment(by: 2.0)
            let timer = Timer(label: "t_seconds", factory: factory)
            for milliseconds in [0, 1, 2, 300, 99_000] { timer.recordMilliseconds(milliseconds) }
        }
        let labels = #"cluster="a\"b\\c\nd",subcommand="dump""#
        #expect(Self.lines("x_total", in: text) == ["x_total{\(labels),command=\"SCAN\"} 7"])
        #expect(Self.lines("open", in: text) == ["open{\(labels)} 2"])
        #expect(text.contains("# TYPE x_total counter\n") && text.contains("# TYPE open gauge\n"))
        #expect(text.contains("# TYPE t_seconds histogram\n"))
        let buckets = Self.lines("t_seconds_bucket", in: text)
        #expect(buckets.first == "t_seconds_bucket{\(labels),le=\"0.0005\"} 1")
        #expect(buckets.contains("t_seconds_bucket{\(labels),le=\"0.001\"} 2"))
        #expect(buckets.contains("t_seconds_bucket{\(labels),le=\"10\"} 4"))
        #expect(buckets.last == "t_seconds_bucket{\(labels),le=\"+Inf\"} 5")
        #expect(Self.lines("t_seconds_sum{\(labels)} 99.30", in: text).count == 1)
        #expect(Self.lines("t_seconds_count", in: text) == ["t_seconds_count{\(labels)} 5"])
        // Each line of the file is a comment or a sample, and the last one ends.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let isSample = line.wholeMatch(of: /[a-z_]+\{.*\} [0-9.e+-]+/) != nil
            #expect(line.hasPrefix("# ") || isSample, "\(line)")
        }
        #expect(text.hasSuffix("\n"))
        #expect(folder.names == ["m.prom"])
    }

    @Test("a run is not complete before its end, and its last success outlives runs that fail")
    func ending() async throws {
        let folder = try TemporaryFolder()
        func value(_ name: String, _ text: String) -> String? {
            Self.lines("cluster_scan_\(name){", in: text).first?.split(separator: " ").last.map(String.init)
        }
        let running = try await Self.file(folder, nil)
        #expect(value("running", running) == "1" && value("complete", running) == "0")
        #expect(value("exit_status", running) == nil)
        #expect(value("last_success_timestamp_seconds", running) == nil)
        let complete = try await Self.file(folder, .complete)
        #expect(value("running", complete) == "0" && value("complete", complete) == "1")
        #expect(value("exit_status", complete) == "0")
        let success = try #require(value("last_success_timestamp_seconds", complete))
        let failed = try await Self.file(folder, .unavailable)
        #expect(value("complete", failed) == "0" && value("exit_status", failed) == "69")
        #expect(value("last_success_timestamp_seconds", failed) == success)
        let again = try await Self.file(folder, nil)
        #expect(value("running", again) == "1" && value("exit_status", again) == nil)
        #expect(value("last_success_timestamp_seconds", again) == success)
    }

    @Test("a file that cannot be written ends the command before it has begun")
    func unwritable() throws {
        for plan in [
            RunRecording.Plan(metricsFile: "/nonexistent/m.prom"),
            RunRecording.Plan(report: "/nonexistent/r"),
        ] {
            let failure = #expect(throws: CommandFailure.self) {
                _ = try RunRecording(plan, of: "keys", version: "0.1.0")
            }
            #expect(failure?.status == .outputFailed)
            #expect(failure?.message?.contains("/nonexistent/") == true)
        }
        #expect(try RunRecording(RunRecording.Plan(), of: "keys", version: "0.1.0") == nil)
    }

    @Test("a label has a name that Prometheus allows and no metric has already")
    func labels() {
        #expect(MetricLabels.isName("cluster") && MetricLabels.isName("_a1"))
        for name in ["", "1a", "a-b", "a b", "__a", "ä"] { #expect(!MetricLabels.isName(name), "\(name)") }
    }

    @Test(
        "options that cannot work are refused with what to do",
        arguments: [
            (["--metrics-file", "/"], "is a folder"), (["--report", "/"], "is a folder"),
            (["--metrics-file", "/dev/null"], "no regular file"),
            (["--metrics-file", "/tmp/x", "--report", "/tmp/x"], "the same file"),
            (["--metrics-label", "a=b"], "--metrics-file FILE, which is missing"),
            (["--metrics-file", "/tmp/x", "--metrics-label", "a"], "--metrics-label"),
            (["--metrics-file", "/tmp/x", "--metrics-label", "node=b"], "--metrics-label"),
            (
                ["--metrics-file", "/tmp/x", "--metrics-label", "a=1", "--metrics-label", "a=2"],
                "given twice"
            ),
            (["--metrics-file", "/tmp/x", "--metrics-every", "1ms"], "at least 100ms"),
        ]
    )
    func usage(arguments: [String], words: String) {
        do {
            _ = try ClusterScanCommand.parseAsRoot(["keys"] + arguments)
            Issue.record("accepted")
        } catch {
            let message = ClusterScanCommand.message(for: error)
            #expect(message.contains(words), "\(message)")
        }
    }
}
