extension Console {
    /// Writes one warning or error on standard error, where there is no console, or none that could be waited for.
    package static func sayAtOnce(_ text: String, level: Level) {
        let text = ConsoleText.safe(text)
        let line: String
        if RunSettings.talk.format == .json {
            line = LogLine(text, level: level).text
        } else {
            let color = Terminal.showsColors(on: .standardError)
            line =
                (level == .error ? Style.red("Error:", when: color) : Style.yellow("Warning:", when: color))
                + " " + text
        }
        // There is nowhere to report that standard error cannot be written to.
        try? FileDescriptor.standardError.writeAll(line + "\n")
    }
}
