import ArgumentParser

/// What is left behind for monitoring. Part of ``ConnectionOptions``.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep metrics in this file, in the text format of Prometheus, while the command runs and after.",
            discussion: """
                For the textfile collector of node_exporter, which wants a name that ends in .prom. The file \
                is replaced in one step. Docs/Observability.md lists the metrics and has alerts.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var metricsFile: String?

    @Option(help: ArgumentHelp("Bring the metrics up to date so often: 5s, 1m.", valueName: "time"))
    var metricsEvery = TimeSpan(seconds: 10)

    @Option(
        help: ArgumentHelp(
            "Give all metrics a label: cluster=orders. May be given several times.",
            discussion: "Tells apart the files of several runs in one folder.",
            valueName: "name=value"
        )
    )
    var metricsLabel: [MetricsLabel] = []

    @Option(
        help: ArgumentHelp(
            "Write a report of the run to this file when it ends, as JSON; - for standard error.",
            discussion: """
                Whether all is done, the exit status, keys, calls and bytes by node, slots that are missing, \
                and the cursor to go on from.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var report: String?

    func validate() throws {
        for (option, path) in [("--metrics-file", metricsFile), ("--report", report)] {
            guard let path, !(option == "--report" && path == "-") else { continue }
            switch FileSystem.kind(of: path) {
            case .missing, .regular: break
            case .directory: throw ValidationError("\(option) \(path) is a folder")
            case .other: throw ValidationError("\(option) \(path) is no regular file, and would be replaced")
            }
        }
        if let metricsFile, metricsFile == report {
            throw ValidationError("--metrics-file and --report name the same file")
        }
        if metricsFile == nil, !metricsLabel.isEmpty {
            throw ValidationError("--metrics-label is for --metrics-file FILE, which is missing")
        }
        if metricsEvery.duration < .milliseconds(100) {
            throw ValidationError("--metrics-every must be at least 100ms")
        }
        if Set(metricsLabel.map(\.name)).count < metricsLabel.count {
            throw ValidationError("--metrics-label: one name is given twice")
        }
        RunSettings.note(
            recording: RunRecording.Plan(
                metricsFile: metricsFile,
                interval: metricsEvery.duration,
                labels: metricsLabel.map { ($0.name, $0.value) },
                report: report
            )
        )
    }
}

/// `name=value`, with a name that metrics allow.
struct MetricsLabel: ExpressibleByArgument, Sendable {
    let name: String
    let value: String

    /// Names that the metrics have already.
    private static let taken: Set = ["subcommand", "command", "outcome", "node", "le", "version"]

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, MetricLabels.isName(String(parts[0])),
            !Self.taken.contains(String(parts[0]))
        else { return nil }
        name = String(parts[0])
        value = String(parts[1])
    }
}
