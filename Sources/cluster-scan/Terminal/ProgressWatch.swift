import ClusterScan

/// Shows how far a command has come that reads a whole cluster, if a user watches.
final class ProgressWatch {
    private let meter: ProgressMeter?
    private var drawing: Task<Void, Never>?
    private var measuring: Task<Void, Never>?

    /// - Parameter meter: `nil` where no user watches.
    init(_ meter: ProgressMeter?) {
        self.meter = meter
    }

    /// Begins to watch; `draws` says whether the terminal is free for a line of progress.
    func begin(_ scanner: ClusterScanner, draws: Bool) {
        guard let meter else { return }
        if draws { drawing = Task { await meter.draw() } }
        measuring = Task {
            // Without it there is progress without a percentage.
            if let nodes = try? await scanner.nodes() { meter.expect(Workload(nodes)) }
        }
    }

    func end() async {
        measuring?.cancel()
        drawing?.cancel()
        await drawing?.value
    }
}
