package import ClusterScan

/// What the refusals of servers mean to work on many keys.
extension ServerError {
    /// Whether the user may not do this, or the server has no such command, whatever the key is.
    var lacksRights: Bool { ["NOPERM", "NOAUTH"].contains(code) || isUnknownCommand }

    /// Whether the server does not know this command, in a refusal that may concern another one of a
    /// transaction.
    package func isUnknownCommand(_ name: String) -> Bool { isUnknownCommand && isAbout(name) }

    /// Whether this command is out of the question, for whatever key: it is not known, renamed, or the user
    /// may not run it.
    package func forbids(_ name: String) -> Bool {
        if isUnknownCommand { return isAbout(name) }
        if code == "NOPERM" { return message.contains("command") && isAbout(name) }
        // In the words of services that take commands away.
        let words = message.lowercased()
        return code == "ERR" && isAbout(name)
            && ["not allowed", "not supported", "unsupported", "disabled"].contains { words.contains($0) }
    }

    /// Whether the words name a command, in whatever quotes. Proxies may name none.
    private func isAbout(_ name: String) -> Bool {
        let sentence = message.lowercased().split(separator: ", with args").first ?? ""
        let words = sentence.split { " ,:'`\"|".contains($0) }
        return words.contains { $0 == name.lowercased() } || words.count <= 3
    }

    /// Whether the server reads no dumps of the version that it was given, whatever the value is.
    package var refusesDumpVersion: Bool { message.contains("DUMP payload version or checksum are wrong") }

    /// Whether the server does not understand this dump.
    package var refusesDump: Bool { refusesDumpVersion || message.contains("Bad data format") }

    /// For a reason that no server has given.
    init(notCopied reason: String) {
        self.init(message: "NOTCOPIED \(reason)")
    }
}
