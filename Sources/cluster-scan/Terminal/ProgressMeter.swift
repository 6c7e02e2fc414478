import ClusterScan
import Synchronization

/// Follows a dump and shows, a few times a second, how far it has come.
final class ProgressMeter: Sendable {
    private struct State: Sendable {
        var keys: UInt64 = 0
        var cursor = ScanCursor.start
        var workload: Workload?
    }

    private static let interval = Duration.milliseconds(200)
    /// A log is not to be filled.
    private static let intervalOfLog = Duration.seconds(10)

    private let state = Mutex(State())
    private let console: Console

    init(console: Console) {
        self.console = console
    }

    /// Notes what has been written. Cheap enough for every batch.
    func note(keys: UInt64, cursor: ScanCursor) {
        state.withLock { state in
            state.keys = keys
            state.cursor = cursor
        }
    }

    func expect(_ workload: Workload) {
        state.withLock { $0.workload = workload }
    }

    /// Draws until the task is cancelled.
    func draw() async {
        let clock = ContinuousClock()
        let start = clock.now
        var rate = MovingRate()
        var first: (fraction: Double, at: Duration)?
        let interval = console.isTerminal ? Self.interval : Self.intervalOfLog
        // What is over in a moment needs no progress.
        try? await Task.sleep(for: console.isTerminal ? .milliseconds(500) : interval)
        while !Task.isCancelled {
            let state = state.withLock { $0 }
            let elapsed = start.duration(to: clock.now)
            var line = ProgressLine(
                keys: state.keys,
                elapsed: elapsed,
                rate: rate.update(state.keys, at: elapsed)
            )
            if let workload = state.workload, let inspection = state.cursor.inspection {
                let fraction = workload.fractionDone(inspection)
                line.fraction = fraction
                // What was done before this run, and before the first look, says nothing about its speed.
                let begin = first ?? (fraction, elapsed)
                first = begin
                line.remaining = Self.remaining(from: begin, to: (fraction, elapsed))
            }
            console.showProgress(
                Style.dim(
                    line.text(width: Terminal.width(of: .standardError) ?? 80),
                    when: console.showsColors
                )
            )
            try? await Task.sleep(for: interval)
        }
    }

    private static func remaining(
        from first: (fraction: Double, at: Duration),
        to now: (fraction: Double, at: Duration)
    ) -> Duration? {
        let (done, took) = (now.fraction - first.fraction, now.at - first.at)
        guard done > 0.002, took > .seconds(1) else { return nil }
        return took * ((1 - now.fraction) / done)
    }
}
