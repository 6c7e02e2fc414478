#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A call of the operating system that failed.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The value of `errno`.
    package let code: Int32
    /// What was tried, as in "cannot …".
    package let attempt: String

    package init(_ attempt: String, code: Int32 = errno) {
        self.code = code
        self.attempt = attempt
    }

    /// Whether the reader of a pipe has gone: no failure, but the end of interest.
    package var isClosedPipe: Bool { code == EPIPE }

    package var description: String {
        "cannot \(attempt): \(String(cString: strerror(code)))"
    }
}
