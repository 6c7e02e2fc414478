extension Console {
    /// Writes one warning on standard error, before there is a console or where there never is one.
    package static func warnAtOnce(_ text: String) {
        let text = ConsoleText.safe(text)
        let color = Terminal.showsColors(on: .standardError)
        let line =
            RunSettings.talk.format == .json
            ? LogLine(text, level: .warning).text : Style.yellow("Warning:", when: color) + " " + text
        // There is nowhere to report that standard error cannot be written to.
        try? FileDescriptor.standardError.writeAll(line + "\n")
    }
}
