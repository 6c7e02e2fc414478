import ArgumentParser

/// What is said on standard error. Part of ``ConnectionOptions``; commands without a connection take it
/// alone.
struct LogOptions: ParsableArguments {
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
        RunSettings.note(log: LogSettings(isQuiet: quiet, isVerbose: verbose, format: logFormat))
    }
}
