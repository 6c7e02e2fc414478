import ClusterScan
import ClusterScanOperations
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that gets every conflict, one JSON object a line.
final class ConflictFile: Sendable {
    private let file: FileDescriptor
    /// The first write that failed.
    private let trouble = Mutex<SystemError?>(nil)

    init(_ path: String) throws(SystemError) {
        file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC)
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
