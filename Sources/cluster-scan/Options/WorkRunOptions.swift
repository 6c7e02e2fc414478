import ArgumentParser
import ClusterScan

/// How a command that works on keys goes about it.
struct WorkRunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Work on no more keys a second, over all nodes together: 500, 10k.",
            discussion: "The limit holds within each second. Without it, as fast as the servers answer.",
            valueName: "n"
        )
    )
    var rate: Quantity?

    /// Whether neither progress nor a summary is wanted.
    var quiet: Bool { RunSettings.log.isQuiet }
}
