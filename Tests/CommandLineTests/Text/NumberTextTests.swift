import Testing
import cluster_scan

@Suite("Numbers for people")
struct NumberTextTests {
    @Test("thousands are grouped")
    func grouped() {
        #expect(
            [0, 7, 999, 1000, 123_456, 1_234_567, -1000].map { NumberText.grouped($0) }
                == ["0", "7", "999", "1,000", "123,456", "1,234,567", "-1,000"]
        )
        #expect(NumberText.grouped(UInt64.max) == "18,446,744,073,709,551,615")
        #expect(NumberText.counted(1, "key") == "1 key")
        #expect(NumberText.counted(2000, "key") == "2,000 keys")
    }

    @Test("rates have three digits and a unit")
    func compact() {
        #expect(
            [0, 7.4, 950, 999.6, 1234, 45_678, 999_499, 999_600, 2_710_000, 3.2e10].map(NumberText.compact)
                == ["0", "7", "950", "1.00 k", "1.23 k", "45.7 k", "999 k", "1.00 M", "2.71 M", "32.0 G"]
        )
        #expect(NumberText.compact(.infinity) == "?")
    }

    @Test("times are told in the units one would say them in")
    func times() {
        let elapsed: [Duration] = [.zero, .milliseconds(350), .seconds(9.996), .seconds(65), .seconds(3725)]
        #expect(elapsed.map(NumberText.elapsed) == ["0.00 s", "0.35 s", "10.0 s", "1 min 5 s", "1 h 2 min"])
        let clock: [Duration] = [.zero, .milliseconds(100), .seconds(754), .seconds(3723)]
        #expect(clock.map(NumberText.clock) == ["0:00", "0:01", "12:34", "1:02:03"])
    }

    @Test("decimals are rounded and padded")
    func fixed() {
        #expect(NumberText.fixed(1.005, decimals: 1) == "1.0")
        #expect(NumberText.fixed(0.996, decimals: 2) == "1.00")
        #expect(NumberText.fixed(-2.5, decimals: 2) == "-2.50")
        #expect(NumberText.fixed(.nan, decimals: 2) == "?")
    }
}
