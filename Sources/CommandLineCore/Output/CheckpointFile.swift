package import ScanCore

/// The file that `--checkpoint` names: there as long as a run is not complete.
package struct CheckpointFile: Sendable {
    package let path: String

    private static let mostBytes = 2 << 20

    package init(_ path: String) {
        self.path = path
    }

    /// What the file says, or `nil` if there is no file.
    package func load() throws -> Checkpoint? {
        guard let text = try FileSystem.text(of: path, atMost: CheckpointFile.mostBytes) else { return nil }
        do {
            return try Checkpoint(text)
        } catch {
            throw CommandFailure(
                .unusableData,
                "\(path): \(error). Remove the file to start from the beginning"
            )
        }
    }

    /// Replaces the file in one step: whenever the process is killed, it is either the old or the new one.
    package func save(_ checkpoint: Checkpoint) throws(SystemError) {
        try FileSystem.replace(path, with: checkpoint.text)
    }

    /// Where to go on from, for work whose output needs no mark.
    package func loadCursor() throws -> ScanCursor? { try load()?.cursor }

    /// The same for such work.
    package func save(_ cursor: ScanCursor) throws(SystemError) {
        try save(Checkpoint(cursor: cursor))
    }

    package func remove() throws(SystemError) {
        try FileSystem.remove(path)
        try FileSystem.remove(FileSystem.draftPath(path))
    }
}
