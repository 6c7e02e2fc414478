#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Moments for people and logs, in UTC.
package enum UTCTime {
    /// The present moment, as `2026-01-31 23:59 UTC`.
    package static var now: String {
        parts(seconds: time(nil)).map { "\($0.date) \($0.hour):\($0.minute) UTC" } ?? ""
    }

    /// A moment as RFC 3339 writes it, in whole seconds.
    package static func text(seconds: Int) -> String {
        parts(seconds: seconds).map { "\($0.date)T\($0.hour):\($0.minute):\($0.second)Z" }
            ?? "\(seconds) seconds after 1970"
    }

    /// The same for a moment in milliseconds since 1970.
    package static func text(milliseconds: Int64) -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return text(seconds: Int(rest < 0 ? seconds - 1 : seconds))
    }

    /// `nil` for years that the calendar of the system cannot count to.
    private static func parts(
        seconds: Int
    ) -> (date: String, hour: String, minute: String, second: String)? {
        var moment = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&moment, &parts) != nil else { return nil }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return (date, two(parts.tm_hour), two(parts.tm_min), two(parts.tm_sec))
    }
}
