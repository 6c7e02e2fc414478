public import ArgumentParser
public import ClusterScan

/// How to treat the servers.
struct PaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "About how many keys a server looks at in one call: 100, 5k.",
            discussion: """
                1,000 hold a server up for about 0.6 ms; fewer are gentler, more are hardly faster. Without \
                this, as many as --latency-budget allows on each node.
                """,
            valueName: "n"
        )
    )
    var count: Quantity?

    @Option(
        name: .customLong("latency-budget"),
        help: ArgumentHelp(
            "How long one call may hold up a server that nobody else uses: 500us, 2ms. (default: 1ms)",
            discussion: """
                While others use a server, calls to it are kept to an eighth of that. What calls take is \
                read from the servers themselves (INFO commandstats). Over a slow network, more is faster.
                """,
            valueName: "time"
        )
    )
    private var givenLatencyBudget: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Let no node look at more keys a second, whether they match or not: 5k, 1M.",
            valueName: "n"
        )
    )
    var maxKeysPerSecond: Quantity?

    @Option(help: ArgumentHelp("Make no more calls a second to any node.", valueName: "n"))
    var maxCallsPerSecond: Quantity?

    @Option(
        help: ArgumentHelp(
            "How nodes are read: auto, scan or slots.",
            discussion: """
                scan: SCAN of whole nodes. slots: CLUSTER GETKEYSINSLOT, slot by slot, where no key comes \
                twice. auto: whichever suits the query and the node.
                """
        )
    )
    var strategy = ScanStrategy.auto

    @Flag(
        name: .customLong("replicas"),
        inversion: .prefixedNo,
        help: "Read replicas where there are any that follow their primaries; else the primaries."
    )
    private var givenReplicas: Bool?

    @Option(help: ArgumentHelp("Read at most so many nodes at the same time.", valueName: "n"))
    var maxNodes: Quantity?

    @Option(
        name: .customLong("patience"),
        help: ArgumentHelp(
            "How long slots may go without progress before the command fails: 30s, 5m. (default: 60s)",
            discussion: "Time for a failover: nodes that are down are asked again and again meanwhile.",
            valueName: "time"
        )
    )
    private var givenPatience: TimeSpan?

    @Flag(
        help: ArgumentHelp(
            "Give slots up when patience ends, but write the keys of all others.",
            discussion: "The command says which slots are missing and exits with 69."
        )
    )
    var allowUncovered = false

    /// Options, then the profile, then what is usual: so in all of these.
    var latencyBudget: TimeSpan {
        givenLatencyBudget ?? RunSettings.profile.latencyBudget ?? TimeSpan(milliseconds: 1)
    }
    var patience: TimeSpan { givenPatience ?? RunSettings.profile.patience ?? TimeSpan(seconds: 60) }
    var replicas: Bool { givenReplicas ?? RunSettings.profile.replicas ?? false }

    /// What the options do not say, the profile may; what that does not say either has the usual value.
    ///
    /// - Parameters:
    ///   - limit: How many keys will be taken. Pages are kept smaller, so that some fit in as a whole: the
    ///     cursor that is left behind stands for whole pages, and would never move on.
    ///   - anyCluster: Whether a cursor is carried on with a cluster that it does not know.
    ///   - onEvent: Called with what happens.
    /// - Returns: What the scanner is to be asked for.
    func options(
        limit: Quantity? = nil,
        anyCluster: Bool = false,
        onEvent: @escaping @Sendable (ScanEvent) -> Void
    ) -> ScanOptions {
        let profile = RunSettings.profile
        let count = count ?? profile.count
        return ScanOptions(
            count: limit.map { min(count?.value ?? 1000, max($0.value / 4, 1)) } ?? count?.value,
            latencyBudget: latencyBudget.duration,
            maximumCallsPerSecond: (maxCallsPerSecond ?? profile.maxCallsPerSecond).map { Double($0.value) },
            maximumKeysPerSecond: (maxKeysPerSecond ?? profile.maxKeysPerSecond).map { Double($0.value) },
            strategy: strategy,
            readPreference: replicas ? .preferReplicas : .primaries,
            maximumConcurrentNodes: (maxNodes ?? profile.maxNodes)?.value,
            patience: patience.duration,
            allowsUncoveredSlots: allowUncovered,
            acceptsOtherCluster: anyCluster,
            onEvent: onEvent
        )
    }
}

extension ScanStrategy: ExpressibleByArgument {}
