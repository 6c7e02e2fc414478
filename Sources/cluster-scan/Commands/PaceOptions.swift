public import ArgumentParser
public import ClusterScan

/// How to treat the servers.
struct PaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "About how many keys a server looks at for one page: 100, 5k.",
            discussion: "1,000 hold a server up for about 0.6 ms; fewer are gentler, more are hardly faster.",
            valueName: "n"
        )
    )
    var count = Quantity(1000)

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

    @Flag(help: "Read replicas where there are any. Keys that a replica has not received yet are missed.")
    var replicas = false

    @Option(help: ArgumentHelp("Read at most so many nodes at the same time.", valueName: "n"))
    var maxNodes: Quantity?

    @Option(
        help: ArgumentHelp(
            "How long slots may go without progress before the command fails: 30s, 5m.",
            discussion: "Time for a failover: nodes that are down are asked again and again meanwhile.",
            valueName: "time"
        )
    )
    var patience = TimeSpan(seconds: 60)

    @Flag(
        help: ArgumentHelp(
            "Give slots up when patience ends, but write the keys of all others.",
            discussion: "The command says which slots are missing and exits with 69."
        )
    )
    var allowUncovered = false

    /// - Parameters:
    ///   - limit: How many keys will be taken. Pages are kept smaller, so that some fit in as a whole: the
    ///     cursor that is left behind stands for whole pages, and would never move on.
    ///   - onEvent: Is told what happens.
    /// - Returns: What the scanner is to be asked for.
    func options(limit: Quantity?, onEvent: @escaping @Sendable (ScanEvent) -> Void) -> ScanOptions {
        ScanOptions(
            count: limit.map { min(count.value, max($0.value / 4, 1)) } ?? count.value,
            strategy: strategy,
            readPreference: replicas ? .preferReplicas : .primaries,
            maximumConcurrentNodes: maxNodes?.value,
            patience: patience.duration,
            allowsUncoveredSlots: allowUncovered,
            onEvent: onEvent
        )
    }
}

extension ScanStrategy: ExpressibleByArgument {}
