package import ScanCore

/// The file that `--checkpoint` names: there as long as a run is not complete.
package struct CheckpointFile: Sendable {
    package let path: String
    /// The command with the options that decide what it does and where that goes, as one line. The checkpoint
    /// of another one is refused: its cursor stands for something else.
    package let subject: String

    private static let mostBytes = 2 << 20

    /// - Parameters:
    ///   - path: The name of the file.
    ///   - words: The command and its options; the bytes of each are escaped, so that the line is one.
    package init(_ path: String, of words: [String]) {
        self.path = path
        subject = words.map { ResumeHint.quote(EscapedText.text(ArgumentText.bytes($0))) }.joined(
            separator: " "
        )
    }

    /// What the file says, or `nil` if there is no file.
    ///
    /// - Throws: ``CommandFailure`` if it is no checkpoint, or that of another run; ``SystemError``.
    package func load() throws -> Checkpoint? {
        guard let text = try FileSystem.text(of: path, atMost: CheckpointFile.mostBytes) else { return nil }
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(text)
        } catch {
            throw CommandFailure(
                .unusableData,
                "\(path): \(error). Remove the file to start from the beginning"
            )
        }
        guard let made = checkpoint.subject else {
            throw CommandFailure(
                .unusableData,
                "\(path) does not say what it is the checkpoint of. If you know that it is of this command, "
                    + "give the cursor in it with --cursor; or remove the file to start from the beginning"
            )
        }
        guard made == subject else {
            throw CommandFailure(
                .unusableData,
                "\(path) is the checkpoint of '\(made)', and this is '\(subject)'. Repeat those options, or "
                    + "remove the file to start from the beginning"
            )
        }
        return checkpoint
    }

    /// Replaces the file in one step: whenever the process is killed, it is either the old or the new one.
    package func save(
        _ cursor: ScanCursor,
        isComplete: Bool = false,
        output: OutputMark? = nil
    ) throws(SystemError) {
        let checkpoint = Checkpoint(
            cursor: cursor,
            isComplete: isComplete,
            subject: subject,
            output: output
        )
        try FileSystem.replace(path, with: checkpoint.text)
    }

    package func remove() throws(SystemError) {
        try FileSystem.remove(path)
        try FileSystem.remove(FileSystem.draftPath(path))
    }
}
