import ClusterScanOperations
import Testing

@Suite("Durations as servers tell them")
struct DurationTests {
    @Test("the longest time that a server can name is a number of milliseconds")
    func milliseconds() {
        #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(1500).wholeMilliseconds == 1500)
        #expect(Duration.microseconds(-1500).wholeMilliseconds == -1)
    }
}
