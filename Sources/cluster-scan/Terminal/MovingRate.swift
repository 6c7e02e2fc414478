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
