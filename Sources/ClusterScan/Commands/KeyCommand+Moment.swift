import NIOCore

extension KeyCommand {
    /// Commands that are run at one moment: no other client's command comes between them (`MULTI`, `EXEC`).
    ///
    /// ```swift
    /// let questions = [["PEXPIRETIME", "k"], ["DUMP", "k"]].map { $0.map { Array($0.utf8) } }
    /// let command = KeyCommand(atOneMoment: questions, of: Array("k".utf8))
    /// ```
    ///
    /// The reply is an array of theirs, in their order. If the server refuses one of them, that refusal is
    /// the reply to all, and none is run; what fails only when it is run, such as a command on a key of
    /// another type, has its error in the array.
    ///
    /// - Parameters:
    ///   - commands: The names with their arguments, any bytes. Those that write must be harmless each by
    ///     itself: where the user may not run `MULTI`, the server runs the others nevertheless.
    ///   - key: The key that all of them are about, or keys of its slot, or no key at all.
    ///   - isRepeatable: Whether all of them may be run twice.
    public init(atOneMoment commands: [[[UInt8]]], of key: [UInt8], isRepeatable: Bool = true) {
        var encoder = WireEncoder(
            capacity: commands.joined().reduce(64) { $0 + WireEncoder.size(ofBytes: $1.count) }
        )
        encoder.beginCommand(argumentCount: 1)
        encoder.append("MULTI" as StaticString)
        for command in commands {
            encoder.beginCommand(argumentCount: command.count)
            for argument in command { encoder.append(argument) }
        }
        encoder.beginCommand(argumentCount: 1)
        encoder.append("EXEC" as StaticString)
        // Each is confirmed by itself, the end with all the replies.
        self.init(
            encoder.wire,
            slot: HashSlot(key: key),
            isRepeatable: isRepeatable,
            replyCount: commands.count + 2
        )
    }
}

extension ServerError {
    /// Why a transaction was not run, where the reply to its end says so: the end itself was refused.
    var cause: ServerError {
        let beginning = "EXECABORT Transaction discarded because of: "
        guard message.hasPrefix(beginning) else { return self }
        return ServerError(message: String(message.dropFirst(beginning.count)))
    }
}
