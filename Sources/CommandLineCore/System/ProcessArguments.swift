#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The command line: what the operating system handed over, and what it shows of it in `ps` and `/proc`.
package enum ProcessArguments {
    /// All arguments, program first, byte for byte: see ``ArgumentText``.
    package static let all: [String] = (0..<max(0, Int(CommandLine.argc))).compactMap { index in
        guard let argument = CommandLine.unsafeArgv[index] else { return nil }
        return ArgumentText.text(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
    }

    /// Overwrites passwords of URLs in what the system shows. The arguments themselves stay as they were
    /// given.
    ///
    /// It takes the few milliseconds until the process runs; who needs more writes no password on a command
    /// line.
    package static func hidePasswords() {
        // Copied on first use, hence before anything is overwritten.
        for index in 1..<max(1, all.count) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = UnsafeMutableRawBufferPointer(start: argument, count: strlen(argument))
            guard let secret = passwordRange(in: UnsafeRawBufferPointer(bytes)) else { continue }
            bytes[secret].copyBytes(from: repeatElement(UInt8(ascii: "*"), count: secret.count))
        }
    }

    /// Where a text has the password of a URL: from the first `:` after `://` to the last `@`.
    package static func passwordRange(in text: some RandomAccessCollection<UInt8>) -> Range<Int>? {
        let text = Array(text)
        guard let scheme = text.firstRange(of: Array("://".utf8)),
            let at = text.lastIndex(of: UInt8(ascii: "@")), scheme.upperBound <= at,
            let colon = text[scheme.upperBound..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return colon + 1..<at
    }
}
