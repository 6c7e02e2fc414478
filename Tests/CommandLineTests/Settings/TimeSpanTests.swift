import Testing
import cluster_scan

@Suite("Times on the command line")
struct TimeSpanTests {
    @Test("a number and a unit are a time")
    func units() {
        let expected: [(String, Duration)] = [
            ("500ms", .milliseconds(500)), ("2s", .seconds(2)), ("1.5m", .seconds(90)),
            ("1h", .seconds(3600)),
            ("0s", .zero), ("0.25s", .milliseconds(250)),
        ]
        for (text, duration) in expected {
            #expect(TimeSpan(argument: text)?.duration == duration)
        }
    }

    @Test(
        "anything else is refused",
        arguments: ["", "5", "s", "-1s", "1e3s", "1.2.3s", "1 s", "1d", "infs", "0x1s", ".5s"]
    )
    func malformed(text: String) {
        #expect(TimeSpan(argument: text) == nil)
    }
}
