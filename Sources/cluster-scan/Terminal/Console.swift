#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is said to people, or to those who read logs, while a command runs: messages, and below them one line
/// that shows progress.
///
/// Anyone may speak at any time without waiting; one task writes.
package final class Console: Sendable {
    package enum Level: String, Sendable {
        case debug
        case info
        case warning
        case error
    }

    private enum Item: Sendable {
        case message(String)
        case progress(String)
        /// Everything before is written.
        case reached(CheckedContinuation<Void, Never>)
    }

    package let showsColors: Bool
    /// Whether a user watches: standard error is a terminal, with lines for people, and not to be quiet.
    package let isTerminal: Bool
    private let settings: LogSettings
    private let items: AsyncStream<Item>.Continuation
    private let writer: Task<Void, Never>

    /// - Parameters:
    ///   - settings: How much to say, and how.
    ///   - file: Where to write.
    package init(_ settings: LogSettings, to file: FileDescriptor = .standardError) {
        self.settings = settings
        isTerminal = file.isTerminal && settings.format == .text && !settings.isQuiet
        showsColors = Terminal.showsColors(on: file) && settings.format == .text
        let (stream, continuation) = AsyncStream<Item>.makeStream()
        items = continuation
        writer = Task {
            var line = ""
            for await item in stream {
                // There is nowhere to report that standard error cannot be written to.
                switch item {
                case .message(let text):
                    try? file.writeAll(ConsoleText.clear(line) + text + "\n" + line)
                case .progress(let text):
                    try? file.writeAll(ConsoleText.clear(line) + text)
                    line = text
                case .reached(let continuation):
                    continuation.resume()
                }
            }
            try? file.writeAll(ConsoleText.clear(line))
        }
    }

    /// Whether progress and a summary are wanted, by a user who watches or by a log.
    package var tellsProgress: Bool {
        isTerminal || (!settings.isQuiet && (settings.isVerbose || settings.format == .json))
    }

    /// Writes a message on lines of its own.
    ///
    /// - Parameters:
    ///   - text: The message; with styles only where ``showsColors`` says so.
    ///   - level: How serious it is, for logs.
    ///   - cursor: Where to go on from, for logs.
    package func say(_ text: String, level: Level = .info, cursor: String? = nil) {
        let text = ArgumentText.shown(text)
        items.yield(
            .message(settings.format == .json ? LogLine(text, level: level, cursor: cursor).text : text)
        )
    }

    /// Writes a message that something is not as it should be.
    package func warn(_ text: String) {
        let text = ConsoleText.safe(text)
        say(
            settings.format == .json ? text : Style.yellow("Warning:", when: showsColors) + " " + text,
            level: .warning
        )
    }

    /// Writes a message for those who want to know what happens.
    package func note(_ text: @autoclosure () -> String) {
        guard settings.isVerbose else { return }
        say(Style.dim(ConsoleText.safe(text()), when: showsColors), level: .debug)
    }

    /// Puts a text in the place of the last line, which must fit the terminal. Where no user watches it is a
    /// message like others.
    package func showProgress(_ text: String) {
        if isTerminal {
            items.yield(.progress(text))
        } else if tellsProgress {
            say(text)
        }
    }

    /// Removes the line of progress and waits until it is gone: something else goes to the same terminal now.
    package func clearProgress() async {
        guard isTerminal else { return }
        items.yield(.progress(""))
        await withCheckedContinuation { continuation in
            if case .terminated = items.yield(.reached(continuation)) { continuation.resume() }
        }
    }

    /// Removes the line of progress and waits until everything is written.
    package func finish() async {
        items.finish()
        await writer.value
    }

    /// Writes one warning or error on standard error, where there is no console, or none that could be waited
    /// for.
    package static func sayAtOnce(_ text: String, level: Level, _ settings: LogSettings) {
        let text = ConsoleText.safe(text)
        let line: String
        if settings.format == .json {
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
