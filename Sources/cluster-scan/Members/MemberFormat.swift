import ArgumentParser

/// How the members of a key are written.
package enum MemberFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// One escaped member a line, what belongs to it behind tabs.
    case text
    /// One JSON object a line.
    case json
    /// The bytes of each name and value, and a zero byte.
    case nul
}
