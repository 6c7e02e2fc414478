import ArgumentParser

/// How messages look on standard error.
package enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Lines for people.
    case text
    /// One JSON object a line.
    case json
}

/// How much is said on standard error, and in which form.
package struct Talk: Sendable, Hashable {
    package var isQuiet: Bool
    package var isVerbose: Bool
    package var format: LogFormat

    package init(isQuiet: Bool = false, isVerbose: Bool = false, format: LogFormat = .text) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.format = format
    }
}

/// What is said on standard error. Part of ``ConnectionOptions``; commands without a connection take it alone.
struct TalkOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "No progress and no summary; only warnings and errors.")
    var quiet = false

    @Flag(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Say what happens: nodes that begin and end, paces, retries.",
            discussion: "Also progress every ten seconds, and a summary, where nobody watches on a terminal."
        )
    )
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "How messages on standard error look: text or json.",
            discussion: """
                json: {"time":…,"level":"debug|info|warning|error","message":…} a line, with progress every \
                ten seconds; where there is a cursor to go on from, as "cursor".
                """,
            valueName: "format"
        )
    )
    var logFormat = LogFormat.text

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
        RunSettings.note(talk: Talk(isQuiet: quiet, isVerbose: verbose, format: logFormat))
    }
}
