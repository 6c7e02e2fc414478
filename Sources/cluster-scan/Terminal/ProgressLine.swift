/// One line that says how far a dump has come.
package struct ProgressLine: Sendable {
    package var keys: UInt64
    package var elapsed: Duration
    /// Keys a second over the last moments.
    package var rate: Double
    /// The share that is done, if it is known.
    package var fraction: Double?
    /// How long the rest may take, if it is known.
    package var remaining: Duration?

    package init(
        keys: UInt64,
        elapsed: Duration,
        rate: Double,
        fraction: Double? = nil,
        remaining: Duration? = nil
    ) {
        self.keys = keys
        self.elapsed = elapsed
        self.rate = rate
        self.fraction = fraction
        self.remaining = remaining
    }

    /// The line, no longer than the terminal is wide: the last parts go first.
    package func text(width: Int) -> String {
        var parts = ["\(NumberText.grouped(keys)) keys", "\(NumberText.compact(rate))/s"]
        if let fraction {
            // "100 %" would say that it is over.
            parts.append("\(Int(min(fraction, 0.99) * 100)) %")
        }
        parts.append(NumberText.clock(elapsed))
        if let remaining { parts.append("about \(NumberText.clock(remaining)) to go") }
        // One column stays free, so that no terminal breaks the line.
        while parts.count > 1, parts.joined(separator: "  ").count >= width { parts.removeLast() }
        return String(parts.joined(separator: "  ").prefix(max(width - 1, 0)))
    }
}

/// Keys a second, over about the last three seconds.
package struct MovingRate: Sendable {
    private var samples: [(keys: UInt64, at: Duration)] = [(0, .zero)]

    package init() {}

    package mutating func update(_ keys: UInt64, at moment: Duration) -> Double {
        samples.append((keys, moment))
        while samples.count > 2, moment - samples[1].at >= .seconds(3) { samples.removeFirst() }
        guard let first = samples.first, moment > first.at else { return 0 }
        return Double(keys - min(keys, first.keys)) / ((moment - first.at) / .seconds(1))
    }
}
