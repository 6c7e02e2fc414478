import ClusterScan

/// Shows how far a command has come that reads a whole cluster, if somebody watches.
final class TransferWatch {
    /// `nil` if nobody watches.
    let meter: ProgressMeter?
    private var tasks: [Task<Void, Never>] = []

    init(_ console: Console, isQuiet: Bool) {
        meter = console.isTerminal && !isQuiet ? ProgressMeter(console: console) : nil
    }

    /// Begins to watch; `draws` says whether the terminal is free for a line of progress.
    func begin(_ seeds: [NodeAddress], _ configuration: ConnectionConfiguration, draws: Bool) {
        guard let meter else { return }
        if draws { tasks.append(Task { await meter.draw() }) }
        tasks.append(
            Task {
                let scanner = ClusterScanner(seeds: seeds, connection: configuration)
                // Without it there is progress without a percentage.
                if let nodes = try? await scanner.nodes() { meter.expect(Workload(nodes)) }
                await scanner.shutDown()
            }
        )
    }

    func end() async {
        for task in tasks { task.cancel() }
        await tasks.first?.value
    }
}
