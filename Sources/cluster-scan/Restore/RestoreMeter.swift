import Synchronization

/// Follows a restore and shows, a few times a second, how far it has come.
final class RestoreMeter: Sendable {
    enum Stage: String, Sendable {
        case verifying = "verifying"
        case restoring = "restoring"
    }

    private struct State: Sendable {
        var stage = Stage.verifying
        var keys: UInt64 = 0
        var bytes: UInt64 = 0
    }

    private static let interval = Duration.milliseconds(200)

    private let state = Mutex(State())
    private let console: Console
    /// The length of the dump, if it is known.
    private let total: UInt64?

    init(console: Console, total: UInt64?) {
        self.console = console
        self.total = total
    }

    func note(_ stage: Stage, keys: UInt64, bytes: UInt64) {
        state.withLock { $0 = State(stage: stage, keys: keys, bytes: bytes) }
    }

    /// Draws until the task is cancelled.
    func draw() async {
        let start = ContinuousClock.now
        var rate = MovingRate()
        var stage = Stage.verifying
        var begin = Duration.zero
        while !Task.isCancelled {
            let state = state.withLock { $0 }
            let elapsed = start.duration(to: .now)
            if state.stage != stage { (stage, rate, begin) = (state.stage, MovingRate(), elapsed) }
            let spent = elapsed - begin
            var line = ProgressLine(
                keys: state.keys,
                elapsed: elapsed,
                rate: rate.update(state.keys, at: spent)
            )
            if let total, total > 0 {
                let fraction = Double(state.bytes) / Double(total)
                line.fraction = fraction
                if fraction > 0.01, spent > .seconds(1) {
                    line.remaining = spent * ((1 - min(fraction, 1)) / fraction)
                }
            }
            let text = "\(stage.rawValue)  "
            let width = Terminal.width(of: .standardError) ?? 80
            console.showProgress(
                Style.dim(text + line.text(width: width - text.count), when: console.showsColors)
            )
            try? await Task.sleep(for: Self.interval)
        }
    }
}
