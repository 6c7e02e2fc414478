import ArgumentParser

/// How messages look on standard error.
package enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Lines for people.
    case text
    /// One JSON object a line.
    case json
}

/// How much is said on standard error, and in which form.
package struct LogSettings: Sendable, Hashable {
    package var isQuiet: Bool
    package var isVerbose: Bool
    package var format: LogFormat

    package init(isQuiet: Bool = false, isVerbose: Bool = false, format: LogFormat = .text) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.format = format
    }
}
