#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A message as one JSON object.
package struct LogLine {
    package let text: String

    package init(
        _ message: String,
        level: Console.Level,
        cursor: String? = nil,
        seconds: Int = time(nil)
    ) {
        var members: [(name: String, value: JSONText)] = [
            ("time", .string(UTCTime.text(seconds: seconds))), ("level", .string(level.rawValue)),
            ("message", .string(message)),
        ]
        if let cursor { members.append(("cursor", .string(cursor))) }
        text = JSONText.object(members).line
    }
}
