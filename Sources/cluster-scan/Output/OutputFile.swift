#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that has its name only when it is complete; until then it is called `NAME.partial`.
package struct OutputFile: Sendable {
    package let path: String
    package let file: FileDescriptor
    /// Whether there was something to go on from.
    package let isContinued: Bool
    /// The length of what was there.
    private let start: Int64

    package static func partialPath(_ path: String) -> String { path + ".partial" }

    /// Opens the partial file.
    ///
    /// - Parameters:
    ///   - path: The name of the complete file.
    ///   - terminator: The byte that ends every entry, if the entries there are to be kept. An entry that was
    ///     cut off, because the process or the machine ended, is removed. `nil` to begin anew.
    /// - Throws: ``SystemError`` if the file cannot be opened.
    package init(_ path: String, continuingAfter terminator: UInt8?) throws(SystemError) {
        let partial = OutputFile.partialPath(path)
        self.path = path
        isContinued = terminator != nil && FileSystem.kind(of: partial) == .regular
        let file = try FileDescriptor.open(partial, O_RDWR | O_CREAT | (terminator == nil ? O_TRUNC : 0))
        self.file = file
        if let terminator {
            start = try OutputFile.end(ofEntriesIn: file, terminator: terminator)
            try file.truncate(to: start)
        } else {
            start = 0
        }
    }

    private static func end(ofEntriesIn file: FileDescriptor, terminator: UInt8) throws(SystemError) -> Int64
    {
        let block: Int64 = 1 << 16
        var end = try file.size()
        while end > 0 {
            let start = max(0, end - block)
            let bytes = try file.readSome(Int(end - start), at: start)
            if let last = bytes.lastIndex(of: terminator) { return start + Int64(last) + 1 }
            end = start
        }
        return 0
    }

    /// Keeps what was there and so many bytes of what was added.
    package func truncate(to added: UInt64) throws(SystemError) {
        try file.truncate(to: start + Int64(added))
    }

    /// Gives the file its name.
    package func complete() throws(SystemError) {
        try file.synchronize()
        try file.closeFile()
        try FileSystem.move(OutputFile.partialPath(path), to: path)
    }
}
