import ClusterScan

extension [[UInt8]] {
    /// Arguments that are text.
    static func text(_ words: String...) -> [[UInt8]] { words.map { [UInt8]($0.utf8) } }
}

extension KeyCommand {
    /// A command that reads, in words: the key comes after the first one.
    init(reading words: String, key: [UInt8]) {
        let words = words.split(separator: " ")
        let arguments = words.dropFirst().map { Array($0.utf8) }
        self.init(String(words[0]), key: key, arguments, isRepeatable: true)
    }

    /// Writes what `DUMP` has read.
    ///
    /// - Parameters:
    ///   - payload: The reply to `DUMP`.
    ///   - key: The name that the value gets.
    ///   - expiry: In milliseconds since 1970; `nil` if the key does not expire.
    ///   - isReplacing: Whether a key that exists is overwritten.
    /// - Returns: The command.
    static func restore(
        _ payload: [UInt8],
        as key: [UInt8],
        expiry: Int64?,
        replacing isReplacing: Bool
    ) -> KeyCommand {
        var arguments: [[UInt8]] = .text("\(expiry ?? 0)") + [payload]
        if expiry != nil { arguments += .text("ABSTTL") }
        if isReplacing { arguments += .text("REPLACE") }
        return KeyCommand("RESTORE", key: key, arguments, isRepeatable: isReplacing)
    }
}
