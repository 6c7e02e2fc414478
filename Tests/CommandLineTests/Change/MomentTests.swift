import Testing
import cluster_scan

@Suite("Moments on the command line")
struct MomentTests {
    @Test(
        "seconds since 1970, and ISO 8601 with a zone, are moments",
        arguments: [
            ("0", 0), ("1700000000", 1_700_000_000_000), ("1970-01-01", 0),
            ("2000-02-29T00:00:00Z", 951_782_400_000), ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("2031-01-01T00:00:00Z", 1_924_992_000_000), ("2031-01-01T01:30+01:30", 1_924_992_000_000),
            ("2030-12-31T19:00:00-0500", 1_924_992_000_000), ("2031-01-01 00:00:00.25z", 1_924_992_000_250),
            ("2031-01-01T00:00:00.123456+00", 1_924_992_000_123),
        ]
    )
    func moments(text: String, milliseconds: Int64) {
        #expect(Moment(argument: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is refused, also a time of which nobody knows the zone",
        arguments: [
            "", "-1", "1.5", "1h", "2031-01-01T00:00:00", "2031-13-01", "2031-02-29", "2100-02-29",
            "2031-04-31",
            "2031-1-1", "2031-01-01T24:00Z", "2031-01-01T00:60Z", "2031-01-01T00:00:60Z",
            "2031-01-01T00:00Zx",
            "99999999999999", "2031-01-01T00:00:00.Z", "2031-01-00",
        ]
    )
    func malformed(text: String) {
        #expect(Moment(argument: text) == nil)
    }
}
