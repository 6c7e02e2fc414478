#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The time of day, which `ContinuousClock` does not know, for those who do without Foundation.
public enum SystemTime {
    /// Milliseconds since 1970 UTC by this machine's clock: what servers count expiries in (`PEXPIREAT`).
    public static var millisecondsSince1970: Int64 {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
