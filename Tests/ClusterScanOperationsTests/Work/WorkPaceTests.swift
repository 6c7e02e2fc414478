import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Pace of work")
struct WorkPaceTests {
    @Test("no second sees more keys than the limit, and little more than a tenth of one at once")
    func limit() {
        for rate in [1.0, 7, 100, 5_000, 1_000_000] {
            var pace = WorkPace(keysPerSecond: rate)
            let size = pace.chunkSize(atMost: 4000)
            var now = Duration.zero
            var begun: [(at: Duration, keys: Int)] = []
            for number in 0..<2_000 {
                // Timers are late now and then.
                now += pace.pause(before: size, now: now) + .milliseconds(number % 7 == 0 ? 3 : 0)
                begun.append((now, size))
            }
            var first = 0
            var sum = 0
            for entry in begun {
                sum += entry.keys
                while entry.at - begun[first].at >= .seconds(1) {
                    sum -= begun[first].keys
                    first += 1
                }
                #expect(Double(sum) <= rate * 1.03 + Double(size))
            }
            #expect(now >= .seconds(Double(1_999 * size) / rate * 0.97))
        }
    }

    @Test("a long silence is not made up for")
    func silence() {
        var pace = WorkPace(keysPerSecond: 1_000)
        _ = pace.pause(before: 100, now: .zero)
        #expect(pace.pause(before: 100, now: .seconds(60)) == .zero)
        #expect(pace.pause(before: 100, now: .seconds(60)) == .milliseconds(80))
    }

    @Test("without a limit nothing waits, and chunks have their full size")
    func unlimited() {
        var pace = WorkPace(keysPerSecond: nil)
        #expect(pace.chunkSize(atMost: 4000) == 4000)
        for _ in 0..<10 { #expect(pace.pause(before: 4000, now: .zero) == .zero) }
    }
}
