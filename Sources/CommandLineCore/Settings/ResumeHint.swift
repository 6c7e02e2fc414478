import ScanCore

/// The command that goes on where this one stopped.
package struct ResumeHint: Sendable {
    /// The command, ready for a shell.
    package let command: String
    /// Whether a password was left out of it.
    package let needsPassword: Bool

    /// - Parameters:
    ///   - arguments: The command line that ran, program first.
    ///   - cursor: Where to go on from.
    ///   - database: The database that the cursor is of; the command line may have named all of them.
    package init(arguments: [String], cursor: some CustomStringConvertible, database: Int = 0) {
        let arguments = Self.arguments(arguments, in: database)
        var words: [String] = []
        var leftOut = false
        // What follows "--" is a command for servers: no option of ours, and nothing may come behind it.
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var rest = arguments[..<end]
        while let word = rest.popFirst() {
            if word == "--cursor" {
                _ = rest.popFirst()
            } else if !word.hasPrefix("--cursor=") {
                let option = word.hasPrefix("--to=") ? "--to=" : ""
                let isOption = word.hasPrefix("-") && option.isEmpty
                if !isOption, let url = try? ServerURL(String(word.dropFirst(option.count))),
                    url.password != nil || url.username != nil
                {
                    leftOut = leftOut || url.password != nil
                    words.append(option + ResumeHint.withoutPassword(url))
                } else {
                    words.append(word)
                }
            }
        }
        words += ["--cursor", cursor.description] + arguments[end...]
        command = words.map(ResumeHint.quote).joined(separator: " ")
        needsPassword = leftOut
    }

    /// The command line that does for one database what one with `--db all` does for each.
    private static func arguments(_ arguments: [String], in database: Int) -> [String] {
        let own = arguments.prefix { $0 != "--" }
        var words: [String] = []
        var (isAll, isCopy, previous) = (false, false, "")
        for word in own {
            switch (previous, word) {
            case ("--db", "all"), (_, "--db=all"):
                isAll = true
                words.append(previous == "--db" ? "\(database)" : "--db=\(database)")
            case ("--output", _), ("-o", _): words.append("\(word).db\(database)")
            case (_, _) where word.hasPrefix("--output="): words.append("\(word).db\(database)")
            default: words.append(word)
            }
            isCopy = isCopy || word == "--to" || word.hasPrefix("--to=")
            previous = word
        }
        guard isAll else { return arguments }
        return words + (isCopy ? ["--to-db", "\(database)"] : []) + arguments[own.endIndex...]
    }

    private static func withoutPassword(_ url: ServerURL) -> String {
        let user = url.username.map { name in
            name.utf8.map { byte in
                isUnreserved(byte)
                    ? String(Unicode.Scalar(byte)) : "%" + HexadecimalDigits.text(UInt64(byte), digits: 2)
            }.joined() + "@"
        }
        if let path = url.address.socketPath {
            return "unix://" + (user ?? "") + path + (url.database.map { "?db=\($0)" } ?? "")
        }
        let place = (user ?? "") + "\(url.address)" + (url.database.map { "/\($0)" } ?? "")
        return (url.usesTLS == true ? "rediss://" : "redis://") + place
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }

    /// A word for a POSIX shell.
    package static func quote(_ word: String) -> String {
        guard ArgumentText.isUTF8(word) else {
            let quoted = word.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            // Octal, as what follows may be a hexadecimal digit.
            return "$'"
                + quoted.unicodeScalars.map { scalar in
                    ArgumentText.byte(scalar).map { "\\" + String($0, radix: 8) } ?? String(scalar)
                }.joined() + "'"
        }
        let isPlain = word.utf8.allSatisfy { isUnreserved($0) || "/:@%+=,".utf8.contains($0) }
        guard !isPlain || word.isEmpty else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
