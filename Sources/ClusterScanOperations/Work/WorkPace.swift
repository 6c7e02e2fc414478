/// When the next keys may be worked on, so that there are no more than so many in a second.
package struct WorkPace: Sendable {
    private let keysPerSecond: Double?
    private var next = Duration.zero

    /// What is made up for when timers come late; a long silence is not.
    private static let slack = Duration.milliseconds(20)

    /// - Parameter keysPerSecond: The limit; `nil` for none.
    package init(keysPerSecond: Double?) {
        // A limit of nothing would stop the work for ever.
        self.keysPerSecond = keysPerSecond.map { max($0, 0.01) }
    }

    /// How many keys may go at once: a limit is kept over tenths of a second, not in leaps.
    package func chunkSize(atMost size: Int) -> Int {
        guard let keysPerSecond else { return size }
        return max(1, min(size, Int(min(keysPerSecond / 10, Double(size)))))
    }

    /// Plans some keys.
    ///
    /// - Parameters:
    ///   - keys: How many.
    ///   - now: The time since the start.
    /// - Returns: How long to wait before they may go.
    package mutating func pause(before keys: Int, now: Duration) -> Duration {
        guard let keysPerSecond else { return .zero }
        let begin = max(next, now - WorkPace.slack)
        next = begin + .seconds(Double(keys) / keysPerSecond)
        return max(.zero, begin - now)
    }
}
