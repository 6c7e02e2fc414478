package import ScanCore

/// The file that `--checkpoint` names: there as long as a run is not complete.
package struct CheckpointFile: Sendable {
    package let path: String
    /// The command with the options that decide what it does and where that goes, as one line. The checkpoint
    /// of another one is refused: its cursor stands for something else.
    package let subject: String

    /// The cluster that keys go to; `nil` where they go to none, or to a single server.
    private let destination: ClusterTopology?
    /// Whether the destination may be another one than that of the file.
    private let anyCluster: Bool

    private static let mostBytes = 2 << 20

    /// - Parameters:
    ///   - path: The name of the file.
    ///   - words: The command and its options; the bytes of each are escaped, so that the line is one.
    ///   - destination: The cluster that keys go to, if they go to one.
    ///   - anyCluster: Whether that may be another one than that of the file.
    package init(
        _ path: String,
        of words: [String],
        to destination: ClusterTopology? = nil,
        anyCluster: Bool = false
    ) {
        self.path = path
        self.destination = destination
        self.anyCluster = anyCluster
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
        if let destination, let made = checkpoint.destination, !anyCluster, !made.matches(destination) {
            throw CommandFailure(
                .unusableData,
                "\(path) is the checkpoint of a copy to another cluster: none of the nodes that it knows is "
                    + "in this one. Name a node of that cluster with --to, or remove the file to start from "
                    + "the beginning. If all of its nodes were replaced, insist with --any-cluster"
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
            destination: destination.map { ClusterMark($0) },
            output: output
        )
        try FileSystem.replace(path, with: checkpoint.text)
    }

    package func remove() throws(SystemError) {
        try FileSystem.remove(path)
        try FileSystem.remove(FileSystem.draftPath(path))
    }
}
