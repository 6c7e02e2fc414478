import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Log histogram")
struct LogHistogramTests {
    private static let shares = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]

    @Test("quantiles are within 6.25 % of the exact ones", arguments: [1, 2, 3] as [UInt64])
    func errorBound(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var histogram = LogHistogram()
        // As many magnitudes as there are, each with many values.
        let values = (0..<20_000).map { _ in random.next() >> UInt64.random(in: 0..<64, using: &random) }
        for value in values { histogram.add(value) }
        let sorted = values.sorted()
        for share in Self.shares {
            let rank = max(1, Int((share * Double(sorted.count)).rounded(.up)))
            let (exact, told) = (Double(sorted[rank - 1]), Double(histogram.quantile(share) ?? 0))
            #expect(
                abs(told - exact) <= exact * LogHistogram.relativeError,
                "\(share): \(told), not \(exact)"
            )
        }
        #expect(histogram.total == 20_000)
    }

    @Test("values below 16 are exact, and the largest number of all has its place")
    func ends() {
        for value in (0..<16 as Range<UInt64>) {
            var histogram = LogHistogram()
            histogram.add(value)
            #expect(histogram.quantile(0.5) == value)
        }
        var histogram = LogHistogram()
        histogram.add(.max)
        #expect(Double(histogram.quantile(1) ?? 0) >= Double(UInt64.max) * (1 - LogHistogram.relativeError))
        #expect(LogHistogram().quantile(0.5) == nil)
    }

    @Test("parts that are merged are the same as the whole")
    func merge() {
        var random = SplitMix64(state: 4)
        var (whole, first, second) = (LogHistogram(), LogHistogram(), LogHistogram())
        for index in 0..<5_000 {
            let value = random.next() >> UInt64.random(in: 20..<64, using: &random)
            whole.add(value)
            if index % 3 == 0 { first.add(value) } else { second.add(value) }
        }
        first.merge(second)
        #expect(first == whole)
    }
}
