/// What is said to people while a command runs: messages, and below them one line that shows progress.
///
/// Anyone may speak at any time without waiting; one task writes.
package final class Console: Sendable {
    private enum Item: Sendable {
        case message(String)
        case progress(String)
    }

    package let showsColors: Bool
    package let isTerminal: Bool
    private let items: AsyncStream<Item>.Continuation
    private let writer: Task<Void, Never>

    /// - Parameter file: Where to write.
    package init(_ file: FileDescriptor = .standardError) {
        isTerminal = file.isTerminal
        showsColors = Terminal.showsColors(on: file)
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
                }
            }
            try? file.writeAll(ConsoleText.clear(line))
        }
    }

    /// Writes a message on lines of its own.
    package func say(_ text: String) {
        items.yield(.message(text))
    }

    /// Writes a message that something is not as it should be.
    package func warn(_ text: String) {
        say(Style.yellow("Warning:", when: showsColors) + " " + ConsoleText.safe(text))
    }

    /// Puts a text in the place of the last line, which must fit the terminal.
    package func showProgress(_ text: String) {
        items.yield(.progress(text))
    }

    /// Removes the line of progress and waits until everything is written.
    package func finish() async {
        items.finish()
        await writer.value
    }
}

package enum ConsoleText {
    /// To the first column, and clears to the end of the line.
    static func clear(_ line: String) -> String {
        line.isEmpty ? "" : "\r\u{1B}[K"
    }

    /// A text from outside, such as a server's error, without what could steer a terminal. Line ends remain.
    package static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 != "\n" && ($0.isControl || $0.isDeceptive) }) else {
            return text
        }
        return text.unicodeScalars.map { scalar in
            scalar != "\n" && (scalar.isControl || scalar.isDeceptive) ? "\u{FFFD}" : String(scalar)
        }.joined()
    }
}
