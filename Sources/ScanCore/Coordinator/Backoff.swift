/// Growing pauses with jitter, so that many clients do not come back to a recovering node in step.
package struct Backoff: Sendable {
    package let shortest: Duration
    package let longest: Duration
    private var random: SplitMix64

    package init(shortest: Duration, longest: Duration, seed: UInt64) {
        self.shortest = shortest
        self.longest = longest
        random = SplitMix64(state: seed)
    }

    /// The pause after so many failures in a row: between half and all of `shortest × 2^(failures - 1)`.
    package mutating func pause(afterFailures failures: Int) -> Duration {
        var pause = shortest
        for _ in 1..<max(1, min(failures, 32)) {
            pause *= 2
            if pause >= longest { break }
        }
        pause = min(pause, longest)
        return pause * Double.random(in: 0.5...1, using: &random)
    }
}

/// A small, seedable generator (Steele, Lea and Flood 2014), so that one seed replays a whole iteration.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
