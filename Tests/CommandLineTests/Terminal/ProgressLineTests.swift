import Testing
import cluster_scan

@Suite("Line of progress")
struct ProgressLineTests {
    private let line = ProgressLine(
        keys: 1_234_567,
        elapsed: .seconds(61),
        rate: 2_710_000,
        fraction: 0.416,
        remaining: .seconds(7)
    )

    @Test("it says how many, how fast, how far, how long")
    func whole() {
        #expect(line.text(width: 80) == "1,234,567 keys  2.71 M/s  41 %  1:01  about 0:07 to go")
        #expect(ProgressLine(keys: 0, elapsed: .zero, rate: 0).text(width: 80) == "0 keys  0/s  0:00")
    }

    @Test("it never says 100 % before the end")
    func almost() {
        #expect(ProgressLine(keys: 1, elapsed: .zero, rate: 0, fraction: 1).text(width: 80).contains("99 %"))
    }

    @Test("it is always narrower than the terminal", arguments: 1...80)
    func width(width: Int) {
        #expect(line.text(width: width).count < width)
    }
}

@Suite("Rate of the last moments")
struct MovingRateTests {
    @Test("it forgets what is longer ago")
    func forgets() {
        var rate = MovingRate()
        #expect(rate.update(0, at: .zero) == 0)
        for second in 1...10 { _ = rate.update(UInt64(second) * 1000, at: .seconds(second)) }
        #expect(rate.update(11_000, at: .seconds(11)) == 1000)
        for second in 12...20 { _ = rate.update(11_000, at: .seconds(second)) }
        #expect(rate.update(11_000, at: .seconds(21)) == 0)
    }
}
