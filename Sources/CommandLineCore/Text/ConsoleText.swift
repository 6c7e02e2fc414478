package enum ConsoleText {
    /// To the first column, and clears to the end of the line.
    package static func clear(_ line: String) -> String {
        line.isEmpty ? "" : "\r\u{1B}[K"
    }

    /// A text from outside, such as a server's error, without what could steer a terminal. Line ends remain.
    package static func safe(_ text: String) -> String {
        let text = ArgumentText.shown(text)
        guard text.unicodeScalars.contains(where: { $0 != "\n" && ($0.isControl || $0.isDeceptive) }) else {
            return text
        }
        return text.unicodeScalars.map { scalar in
            scalar != "\n" && (scalar.isControl || scalar.isDeceptive) ? "\u{FFFD}" : String(scalar)
        }.joined()
    }
}
