/// Results of commands go here, in one piece.
package enum StandardOutput {
    /// Bytes as they are could steer a terminal.
    package static func refuseTerminal(for isRaw: Bool) throws(CommandFailure) {
        guard isRaw, FileDescriptor.standardOutput.isTerminal else { return }
        throw CommandFailure(
            .usage,
            "--format nul writes bytes as they are, which is not for terminals: write '> FILE', or pipe it on"
        )
    }

    package static func write(_ text: String) throws {
        try FileDescriptor.standardOutput.writeAll(text)
    }
}
