import Testing
import cluster_scan

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
