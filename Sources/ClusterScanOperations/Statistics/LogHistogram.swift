/// How many values there are of each magnitude, in classes whose width grows with the value.
///
/// Values below 16 have a class each; every power of two above is divided into eight classes. So a value that
/// is read back differs from the one that went in by at most 1/16 of it, and there are at most 496 counters,
/// however many values and whatever their size. Two histograms add up without further error.
public struct LogHistogram: Sendable, Hashable, Codable {
    /// The largest error of a quantile, relative to the value: 6.25 %.
    public static let relativeError = 1.0 / 16

    /// No longer than the largest value needs.
    private var counts: [UInt64] = []
    /// The number of values.
    public private(set) var total: UInt64 = 0

    /// Makes an empty histogram.
    public init() {}

    /// Counts a value.
    ///
    /// - Parameter value: Any number.
    /// - Complexity: O(1)
    public mutating func add(_ value: UInt64) {
        let index = Self.index(of: value)
        if index >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count))
        }
        counts[index] += 1
        total += 1
    }

    /// Counts all the values of another histogram.
    ///
    /// - Parameter other: The other histogram.
    public mutating func merge(_ other: LogHistogram) {
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (index, count) in other.counts.enumerated() { counts[index] += count }
        total += other.total
    }

    /// The value below or at which a share of all values lies, by the nearest rank.
    ///
    /// - Parameter share: From 0 for the smallest to 1 for the largest value; 0.5 is the median.
    /// - Returns: The middle of the class that holds it; `nil` if there are no values.
    /// - Complexity: O(1): at most 496 classes are looked at.
    public func quantile(_ share: Double) -> UInt64? {
        guard total > 0 else { return nil }
        let rank = max(1, (min(max(share, 0), 1) * Double(total)).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= rank { return Self.middle(of: index) }
        }
        return counts.indices.last.map(Self.middle)
    }

    /// The variance of the values, as if each were the middle of its class.
    package var variance: Double {
        guard total > 1 else { return 0 }
        let mean = sum { Double(Self.middle(of: $0)) } / Double(total)
        let squares = sum { index in
            let distance = Double(Self.middle(of: index)) - mean
            return distance * distance
        }
        return squares / Double(total - 1)
    }

    private func sum(_ value: (Int) -> Double) -> Double {
        counts.indices.reduce(0) { $0 + (counts[$1] == 0 ? 0 : Double(counts[$1]) * value($1)) }
    }

    private static func index(of value: UInt64) -> Int {
        guard value >= 16 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return 16 + (exponent - 4) * 8 + Int(value >> UInt64(exponent - 3) & 7)
    }

    private static func middle(of index: Int) -> UInt64 {
        guard index >= 16 else { return UInt64(index) }
        let exponent = UInt64((index - 16) / 8 + 4)
        let lowest = UInt64(8 + (index - 16) % 8) << (exponent - 3)
        return lowest + (1 << (exponent - 3)) / 2
    }
}
