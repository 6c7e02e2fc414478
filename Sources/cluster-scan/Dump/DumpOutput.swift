import ClusterScan
package import ClusterScanOperations

/// The file a dump is written to: `FILE.partial` until it is complete, and a place in it from which to go on.
package struct DumpOutput: Sendable {
    package let path: String
    package let file: FileDescriptor
    /// Where an earlier run can be carried on, and what it was; `nil` to begin anew.
    package let start: (mark: DumpMark, header: DumpHeader)?
    /// Whether the earlier run wrote everything, and was ended before the file had its name.
    package let isComplete: Bool

    /// Opens the partial file.
    ///
    /// - Parameters:
    ///   - path: The name of the complete file.
    ///   - isContinued: Whether to keep what is there, up to the last mark that is undamaged.
    /// - Throws: ``SystemError``; ``CommandFailure`` if the partial file is something else.
    package init(_ path: String, isContinued: Bool) throws {
        let partial = OutputFile.partialPath(path)
        self.path = path
        file = try OutputFile.take(partial)
        guard isContinued else {
            try file.truncate(to: 0)
            start = nil
            isComplete = false
            return
        }
        var header: DumpHeader?
        var mark: DumpMark?
        var end: UInt64?
        do {
            var input = DumpInput(file)
            while let item = try input.next() {
                switch item {
                case .header(let found): header = found
                case .mark(let found): mark = found
                // Slots that could not be covered are left for this run.
                case .trailer(let trailer): end = trailer.uncovered.isEmpty ? input.offset : nil
                case .record: break
                }
            }
        } catch DumpFileError.notADump {
            try file.closeFile()
            throw CommandFailure(.unusableData, "\(partial) is not a dump: remove it to begin anew")
        } catch is DumpFileError {
            // The process or the machine ended while it wrote: what stands behind the last mark is written
            // again.
        }
        isComplete = end != nil
        start = header.flatMap { header in mark.map { ($0, header) } }
        try file.truncate(to: Int64(end ?? mark?.offset ?? 0))
    }

    /// Gives the file its name.
    package func complete() throws(SystemError) {
        try file.synchronize()
        try file.closeFile()
        try FileSystem.move(OutputFile.partialPath(path), to: path)
    }
}
