package import ClusterScan

/// The file that `--resume` names: a cursor, there as long as a dump is not complete.
package struct CursorFile: Sendable {
    package let path: String

    private static let mostBytes = 2 << 20

    package init(_ path: String) {
        self.path = path
    }

    /// The cursor in the file, or `nil` if there is no file.
    package func load() throws -> ScanCursor? {
        guard let text = try FileSystem.text(of: path, atMost: CursorFile.mostBytes) else { return nil }
        do throws(ScanCursorError) {
            return try ScanCursor(text.filter { !$0.isWhitespace })
        } catch {
            throw CommandFailure(
                .unusableData,
                "\(path): \(error.description). Remove the file to start from the beginning"
            )
        }
    }

    package func save(_ cursor: ScanCursor) throws(SystemError) {
        try FileSystem.replace(path, with: cursor.description + "\n")
    }

    package func remove() throws(SystemError) {
        try FileSystem.remove(path)
    }
}
