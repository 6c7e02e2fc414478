#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is known of the terminal, and what the user wants to see on it.
package enum Terminal {
    /// The number of columns; `nil` if the file is not a terminal.
    package static func width(of file: FileDescriptor) -> Int? {
        guard file.isTerminal else { return nil }
        var size = winsize()
        guard ioctl(file.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether to write in colours: to a terminal that has them, unless the user objects
    /// (<https://no-color.org>).
    package static func showsColors(on file: FileDescriptor) -> Bool {
        file.isTerminal && (Environment["NO_COLOR"] ?? "").isEmpty && Environment["TERM"] != "dumb"
    }

    /// Whether the user's locale says that terminals show more than ASCII.
    package static var showsUnicode: Bool {
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Environment[$0] }.first { !$0.isEmpty } ?? ""
        return locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }
}

/// The few styles in use. Each takes effect only where colours are shown.
package enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "1;31"
    case green = "32"
    case yellow = "33"

    package func callAsFunction(_ text: String, when isOn: Bool) -> String {
        isOn ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
