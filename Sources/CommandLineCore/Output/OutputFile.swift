import ArgumentParser
import ScanCore

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
    /// The length of what was there and is kept.
    package let start: Int64

    /// Refuses a path that no file can have.
    ///
    /// - Throws: `ValidationError`.
    package static func validate(_ path: String?) throws {
        guard let path else { return }
        switch FileSystem.kind(of: path) {
        case .missing, .regular: break
        case .directory: throw ValidationError("--output \(path) is a folder")
        case .other:
            throw ValidationError("--output \(path) is no regular file: write '> \(path)' instead")
        }
    }

    package static func partialPath(_ path: String) -> String { path + ".partial" }

    /// Opens the partial file.
    ///
    /// - Parameters:
    ///   - path: The name of the complete file.
    ///   - terminator: The byte that ends every entry, if the entries there are to be kept. An entry that was
    ///     cut off, because the process or the machine ended, is removed. `nil` to begin anew.
    /// - Throws: ``SystemError`` if the file cannot be opened, or another process is writing it.
    package init(_ path: String, continuingAfter terminator: UInt8?) throws(SystemError) {
        let partial = OutputFile.partialPath(path)
        self.path = path
        isContinued = terminator != nil && FileSystem.kind(of: partial) == .regular
        file = try OutputFile.take(partial)
        start =
            if let terminator { try OutputFile.end(ofEntriesIn: file, terminator: terminator) } else { 0 }
        try file.truncate(to: start)
    }

    /// Opens a file for this process alone: two that write one file would spoil it for both.
    package static func take(_ path: String) throws(SystemError) -> FileDescriptor {
        try FileDescriptor.open(path, O_RDWR | O_CREAT).locked()
    }

    /// Opens the partial file to go on behind a mark. What comes after the mark is cut off: it will be
    /// written again.
    ///
    /// - Parameters:
    ///   - path: The name of the complete file.
    ///   - mark: What the file has to begin with.
    /// - Throws: ``SystemError``; ``CommandFailure`` if the file is not the one that the mark was made of. It
    ///   is left as it is then.
    package init(_ path: String, continuingAt mark: OutputMark) throws {
        let partial = OutputFile.partialPath(path)
        self.path = path
        isContinued = true
        start = mark.bytes
        switch FileSystem.kind(of: partial) {
        case .missing where mark.bytes == 0, .regular: break
        default:
            throw CommandFailure(
                .unusableData,
                "there is no file \(partial), but the checkpoint stands for its first \(mark.bytes) bytes. "
                    + "Put it back, or remove the checkpoint to start from the beginning"
            )
        }
        file = try OutputFile.take(partial)
        do {
            try file.check(mark)
            try file.truncate(to: mark.bytes)
        } catch {
            try? file.closeFile()
            throw error
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

    /// What stands for the file as it is after so many bytes were added.
    package func mark(afterAdding added: UInt64) throws(SystemError) -> OutputMark {
        let bytes = start + Int64(added)
        return OutputMark(bytes: bytes, tail: try file.tail(endingAt: bytes))
    }

    /// Gives a file its name that was completed, but not named, by a process that was killed; or finds that
    /// this has been done, too.
    ///
    /// - Throws: ``SystemError``; ``CommandFailure`` if neither file is the one that the mark was made of.
    package static func finish(_ path: String, _ mark: OutputMark) throws {
        let isNamed = FileSystem.kind(of: partialPath(path)) == .missing
        let file = try FileDescriptor.open(isNamed ? path : partialPath(path), O_RDWR)
        do {
            try file.check(mark)
            if try file.size() > mark.bytes { throw file.failure("has more than", mark) }
            try file.closeFile()
        } catch {
            try? file.closeFile()
            throw error
        }
        if !isNamed { try FileSystem.move(partialPath(path), to: path) }
    }

    /// Gives the file its name.
    package func complete() throws(SystemError) {
        try file.synchronize()
        try file.closeFile()
        try FileSystem.move(OutputFile.partialPath(path), to: path)
    }
}

extension FileDescriptor {
    /// The checksum of the last bytes before a position.
    fileprivate func tail(endingAt end: Int64) throws(SystemError) -> UInt32 {
        var checksum = CRC32()
        var position = max(0, end - OutputMark.tailLength)
        while position < end {
            let bytes = try readSome(Int(end - position), at: position)
            guard !bytes.isEmpty else { break }
            checksum.update(bytes)
            position += Int64(bytes.count)
        }
        return checksum.value
    }

    /// Makes sure that the file begins with what a mark was made of.
    fileprivate func check(_ mark: OutputMark) throws {
        guard try size() >= mark.bytes else { throw failure("is shorter than", mark) }
        guard try tail(endingAt: mark.bytes) == mark.tail else { throw failure("has others than", mark) }
    }

    fileprivate func failure(_ difference: String, _ mark: OutputMark) -> CommandFailure {
        CommandFailure(
            .unusableData,
            "\(name) \(difference) the \(mark.bytes) bytes that the checkpoint stands for: it was cut off, "
                + "altered or replaced. Put it back, or remove the checkpoint to start from the beginning"
        )
    }
}
