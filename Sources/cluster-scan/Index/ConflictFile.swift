import ClusterScan
import ClusterScanOperations
import Synchronization

/// A file that gets every conflict, one JSON object a line.
final class ConflictFile: Sendable {
    private let file: FileDescriptor
    /// The first write that failed.
    private let trouble = Mutex<SystemError?>(nil)

    init(_ path: String) throws(SystemError) {
        file = try OutputFile.take(path)
        try file.truncate(to: 0)
    }

    func write(_ conflict: LookupConflict) {
        trouble.withLock { trouble in
            guard trouble == nil else { return }
            do throws(SystemError) {
                try file.writeAll(IndexReport.json(conflict).line + "\n")
            } catch {
                trouble = error
            }
        }
    }

    func finish() throws(SystemError) {
        let trouble = trouble.withLock { $0 }
        try file.closeFile()
        if let trouble { throw trouble }
    }
}
