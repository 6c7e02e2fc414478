import ClusterScan

/// Shows how far a command has come that reads a whole cluster, if a user watches, and at its end what it has
/// not looked at.
final class ProgressWatch {
    private let meter: ProgressMeter?
    private let others: OtherDatabases?
    private var drawing: Task<Void, Never>?
    private var measuring: Task<Void, Never>?

    /// - Parameters:
    ///   - meter: `nil` where no user watches.
    ///   - others: `nil` where the user has said which database.
    init(_ meter: ProgressMeter?, _ others: OtherDatabases?) {
        self.meter = meter
        self.others = others
    }

    /// Begins to watch; `draws` says whether the terminal is free for a line of progress.
    func begin(_ scanner: ClusterScanner, draws: Bool) {
        others?.begin(scanner)
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
        await others?.end()
    }
}
